/* terms.h - terms of a document and candidates made of them: limits, and where features begin. */
#ifndef CNLP_TERMS_H
#define CNLP_TERMS_H

/* Terms of a candidate at most, classes of words, and the length from which all candidates are alike. */
enum { MAX_WORDS = 4, TERM_CLASSES = 16, LONGEST_CANDIDATE = 9 };
/* Where the features of each kind begin; see cnlp/keyphrases/combined.py. */
enum { FEATURE_WORDS = 12, FEATURE_LENGTH = 16, FEATURE_SINGLE = 25, FEATURE_FIRST = 41, FEATURE_LAST = 57, N_FEATURES = 73 };

#endif
