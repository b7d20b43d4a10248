"""The tables of the documentation: each name with its record, or several, and the function that makes it.

The same JSON gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.report import analysis, growth, learning_tables, neural_tables, present_day, running, words

TABLES: dict[str, tuple[str | tuple[str, ...], Callable[..., str]]] = {
    "overview": (present_day.OVERVIEW_RECORDS, present_day.overview),
    "present-day": ("present-day.json", present_day.all_toolkits),
    "everyday-words": ("everyday-words.json", present_day.everyday_words),
    "present-day-domains": ("present-day.json", present_day.by_domain),
    "segmentation": ("segmentation.json", words.f1_by_set),
    "segmentation-recall": ("segmentation.json", words.recall_by_set),
    "segmentation-scores": ("segmentation.json", words.full_scores),
    "speed": ("speed.json", words.speed_of_lines),
    "speed-long-lines": ("speed.json", words.speed_of_long_lines),
    "pos": ("pos.json", words.parts_of_speech),
    "pos-joint": ("pos_joint.json", words.words_and_tags_together),
    "pos-speed": ("pos_speed.json", words.speed_of_tagging),
    "gazetteer": ("gazetteer.json", analysis.large_gazetteer),
    "matcher": ("matcher.json", analysis.large_matcher),
    "methods": ("methods.json", words.methods),
    "keywords": ("keywords.json", analysis.keyword_quality),
    "keywords-ablation": ("keywords.json", analysis.keyword_ablation),
    "keywords-speed": ("keywords-speed.json", analysis.keyword_speed),
    "calibration": ("calibration.json", words.calibration),
    "discovery-speed": ("discovery-speed.json", analysis.finders_side_by_side),
    "discovery-sizes": ("discovery-speed.json", analysis.discovery_by_size),
    "discovery-held-out": ("discovery.json", analysis.words_found_again),
    "discovery-use": ("discovery.json", analysis.words_in_use),
    "discovery-novels": ("discovery.json", analysis.words_of_novels),
    "discovery-novels-words": ("discovery.json", analysis.lists_of_novels),
    "entities-today": ("ner.json", analysis.entities_today),
    "entities-linear-or-neural": ("ner.json", analysis.entities_linear_or_neural),
    "entities-by-domain": ("ner.json", analysis.entities_by_domain),
    "entity-errors": ("ner.json", analysis.entity_errors),
    "entity-scores": ("ner.json", analysis.entity_scores),
    "entity-labels": ("ner.json", analysis.entity_labels),
    "entity-speed": ("ner.json", analysis.entity_speed),
    "lexicon": ("lexicon.json", words.large_lexicon),
    "user-words": ("user-words.json", words.words_of_the_user),
    "dropin": ("dropin.json", words.same_as_jieba),
    "pipeline": ("pipeline.json", words.documents_in_spacy),
    "soak": ("soak.json", running.killed_batches),
    "scaling": ("scaling.json", growth.cost_as_work_grows),
    "search": ("search.json", words.search),
    "spark": ("spark.json", running.spark_beside_the_command),
    "service": ("service.json", running.requests_of_service),
    "service-soak": ("service-soak.json", running.attacked_service),
    "leaks": ("leaks.json", running.calls_without_leak),
    "fuzz": ("fuzz.json", running.fuzzed_targets),
    "streams-files": ("streams-files.json", running.files_by_workers),
    "streams-commands": ("streams-commands.json", running.commands_by_workers),
    "streams-python": ("streams-python.json", running.commands_by_workers),
    "pure": ("pure.json", running.without_a_compiler),
    "memory": ("memory.json", words.start_and_memory),
    "peers-accuracy": ("peers-accuracy.json", words.peers_accuracy),
    "peers-speed": ("peers-speed.json", words.peers_speed),
    "peers-start": ("peers-start.json", words.peers_start),
    "robustness": ("robustness.json", words.hard_input),
    **learning_tables.TABLES,
    **neural_tables.TABLES,
}
