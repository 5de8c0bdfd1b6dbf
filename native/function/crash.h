/* Saying where a function crashed. */
#ifndef CAMSERVER_CRASH_H
#define CAMSERVER_CRASH_H

/* Prints the lines of the stack that are in this library before the process dies of a fault. */
void watch_for_crashes(const char *library);

#endif
