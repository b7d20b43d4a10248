/* unlocked.h - long work without the GIL, which an interrupt of the user or a deadline ends.
 *
 *     Unlocked unlocked;
 *     unlock(&unlocked);
 *     status = work(..., &unlocked.watch);
 *     lock(&unlocked);
 *     if (status)
 *         return raise_failure();
 *
 * The work asks its watch every thousand characters or so. Most answers cost a look at the clock; every PATIENCE
 * milliseconds the GIL is taken, signals are handled, and cnlp/_kernel/deadline.py is asked. Of an exception there the
 * work learns that it must stop. */
#ifndef CNLP_UNLOCKED_H
#define CNLP_UNLOCKED_H

#include "object.h"

#include <time.h>

#include "../core/compiler.h"
#include "../core/watch.h"

enum { PATIENCE = 50 };

typedef struct {
    Watch watch;
    PyThreadState *thread;
    struct timespec last; /* when the GIL was last taken */
} Unlocked;

/* Raises what a signal handler raises, or TimeoutError after the deadline; returns -1 then. Needs the GIL. */
RARELY_CALLED int check_interrupts(void)
{
    if (PyErr_CheckSignals())
        return -1;
    PyObject *module = PyImport_ImportModule("cnlp._kernel.deadline");
    PyObject *done = module ? PyObject_CallMethod(module, "check", NULL) : NULL;
    Py_XDECREF(module);
    Py_XDECREF(done);
    return done ? 0 : -1;
}

RARELY_CALLED int ask_python(Watch *watch)
{
    Unlocked *unlocked = (Unlocked *)(void *)watch; /* its first field */
    struct timespec now;
    timespec_get(&now, TIME_UTC);
    int64_t passed =
        (int64_t)(now.tv_sec - unlocked->last.tv_sec) * 1000 + (now.tv_nsec - unlocked->last.tv_nsec) / 1000000;
    if (passed >= 0 && passed < PATIENCE)
        return 0;
    PyEval_RestoreThread(unlocked->thread);
    int status = check_interrupts();
    unlocked->thread = PyEval_SaveThread();
    timespec_get(&unlocked->last, TIME_UTC);
    return status;
}

static inline void unlock(Unlocked *unlocked)
{
    unlocked->watch = (Watch){ask_python, 0};
    timespec_get(&unlocked->last, TIME_UTC);
    unlocked->thread = PyEval_SaveThread();
}

static inline void lock(Unlocked *unlocked)
{
    PyEval_RestoreThread(unlocked->thread);
}

/* Work failed: it was stopped by the exception that is set, or there is no memory. Returns NULL. */
static inline PyObject *raise_failure(void)
{
    return PyErr_Occurred() ? NULL : PyErr_NoMemory();
}

enum { INTERRUPT_STRIDE = 1 << 14 }; /* objects that are made between two looks at signals */

/* In a loop that makes objects, with the GIL: -1 with an exception at the last object of a stride. */
static inline int check_interrupts_at(size_t k)
{
    return k % INTERRUPT_STRIDE == INTERRUPT_STRIDE - 1 ? check_interrupts() : 0;
}

#endif
