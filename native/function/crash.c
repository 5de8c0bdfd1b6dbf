#define _GNU_SOURCE
#include "crash.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char path[4096];
static uint8_t stack[65536];

/* The line of an address, as addr2line of the compiler's tools knows it; the process is lost anyway. */
static void print_line(const char *address, const char *base) {
    char offset[32];
    snprintf(offset, sizeof offset, "0x%zx", (size_t)(address - base));
    pid_t child = fork();
    if (child == 0) {
        dup2(STDERR_FILENO, STDOUT_FILENO);
        execlp("addr2line", "addr2line", "-e", path, "-f", "-p", "-s", offset, (char *)NULL);
        dprintf(STDERR_FILENO, "%s + %s\n", path, offset);
        _exit(1);
    }
    waitpid(child, NULL, 0);
}

static void report(int number) {
    void *addresses[32];
    alarm(5);
    dprintf(STDERR_FILENO, "%s (most recent call first):\n", strsignal(number));
    int count = backtrace(addresses, 32);
    int found = 0;
    for (int i = 0; i < count; i++) {
        Dl_info where;
        if (dladdr(addresses[i], &where) == 0 || strcmp(where.dli_fname, path) != 0) continue;
        /* The first address is that of the fault, the others are where calls return to: after the call. */
        const char *address = addresses[i];
        print_line(found == 0 ? address : address - 1, where.dli_fbase);
        found++;
    }
    signal(number, SIG_DFL);
    raise(number);
}

void watch_for_crashes(const char *library) {
    void *addresses[1];
    snprintf(path, sizeof path, "%s", library);
    /* Loads what backtrace needs, which must not happen in the handler. */
    backtrace(addresses, 1);
    stack_t alternative = {.ss_sp = stack, .ss_size = sizeof stack};
    sigaltstack(&alternative, NULL);
    struct sigaction action = {.sa_handler = report, .sa_flags = SA_ONSTACK | SA_NODEFER};
    const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) sigaction(signals[i], &action, NULL);
}
