// Runs a program and tells what it cost: so small that it adds nothing to the figures itself.
//
// measure [-p COUNT] [-i INPUT] NAME PROGRAM ARGUMENTS…
//
// Appends a line to the file that BENCH_RESULTS names, separated by tabs: NAME, wall time in µs, CPU in µs (user and
// system), peak resident memory in KiB, exit status. With -p it runs COUNT of them at once: every % in INPUT, in the
// arguments and in CNI_* of the environment is the number of the process, from 0; CPU is the sum, memory
// and status are the greatest. Time begins before the first fork and ends when the last has been waited for.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { most = 64 };

static void fail(const char *subject) {
    fprintf(stderr, "measure: %s: %s\n", subject, strerror(errno));
    exit(125);
}

static char *numbered(const char *text, int number) {
    size_t size = strlen(text) + 1;
    for (const char *c = text; *c != 0; c++) size += *c == '%' ? 10 : 0;
    char *result = malloc(size), *end = result;
    if (result == NULL) fail("malloc");
    for (; *text != 0; text++) {
        if (*text == '%')
            end += sprintf(end, "%d", number);
        else
            *end++ = *text;
    }
    *end = 0;
    return result;
}

struct job {
    const char *input;
    char **arguments, **environment;
};

// Made before the clock starts.
static struct job prepare(const char *input, char **arguments, int number) {
    int count = 0;
    while (arguments[count] != NULL) count++;
    int variables = 0;
    while (environ[variables] != NULL) variables++;
    struct job job = {numbered(input, number), calloc(count + 1, sizeof(char *)), calloc(variables + 1, sizeof(char *))};
    if (job.arguments == NULL || job.environment == NULL) fail("calloc");
    for (int i = 0; i < count; i++) job.arguments[i] = numbered(arguments[i], number);
    for (int i = 0; i < variables; i++)
        job.environment[i] =
            strncmp(environ[i], "CNI_", 4) == 0 ? numbered(environ[i], number) : environ[i];
    return job;
}

static void start(const struct job *job) {
    pid_t child = fork();
    if (child < 0) fail("fork");
    if (child > 0) return;
    int input = open(job->input, O_RDONLY);
    if (input < 0 || dup2(input, STDIN_FILENO) < 0) fail(job->input);
    if (input != STDIN_FILENO) close(input);
    execve(job->arguments[0], job->arguments, job->environment);
    fail(job->arguments[0]);
}

static long long microseconds(struct timeval time) { return time.tv_sec * 1000000LL + time.tv_usec; }

int main(int count, char **arguments) {
    int processes = 1, option;
    const char *input = "/dev/null";
    while ((option = getopt(count, arguments, "+p:i:")) != -1) {
        if (option == 'p')
            processes = atoi(optarg);
        else if (option == 'i')
            input = optarg;
        else
            return 125;
    }
    const char *results = getenv("BENCH_RESULTS");
    if (count - optind < 2 || processes < 1 || processes > most || results == NULL) {
        fprintf(stderr, "usage: BENCH_RESULTS=FILE measure [-p COUNT] [-i INPUT] NAME PROGRAM ARGUMENTS…\n");
        return 125;
    }
    struct job jobs[most];
    for (int i = 0; i < processes; i++) jobs[i] = prepare(input, arguments + optind + 1, i);

    struct timespec began, ended;
    clock_gettime(CLOCK_MONOTONIC, &began);
    for (int i = 0; i < processes; i++) start(&jobs[i]);
    long long cpu = 0;
    long memory = 0;
    int worst = 0;
    for (int i = 0; i < processes; i++) {
        int status;
        struct rusage usage;
        if (wait4(-1, &status, 0, &usage) < 0) fail("wait4");
        cpu += microseconds(usage.ru_utime) + microseconds(usage.ru_stime);
        if (usage.ru_maxrss > memory) memory = usage.ru_maxrss;
        int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        if (code > worst) worst = code;
    }
    clock_gettime(CLOCK_MONOTONIC, &ended);
    long long wall = (ended.tv_sec - began.tv_sec) * 1000000LL + (ended.tv_nsec - began.tv_nsec) / 1000;

    FILE *file = fopen(results, "a");
    if (file == NULL) fail(results);
    fprintf(file, "%s\t%lld\t%lld\t%ld\t%d\n", arguments[optind], wall, cpu, memory, worst);
    if (fclose(file) != 0) fail(results);
    return worst;
}
