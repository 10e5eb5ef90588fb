/* The triad of overlap's workload nstream in plain C: as many threads as there
 * are processors, each on its own share of the arrays.
 *
 * usage: nstream nstream COUNT SIZE    prints the nanoseconds of one job
 *
 * SIZE is the number of elements of each of the three arrays.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { MOST = 1024 };

static double *a, *b, *c;
static long size, count, warm;
static int threads;
static pthread_barrier_t start, end;

static void die(const char *what) {
    fprintf(stderr, "nstream: %s\n", what);
    exit(1);
}

static double *take(void) {
    double *p = aligned_alloc(4096, (size * sizeof *p + 4095) / 4096 * 4096);
    if (!p)
        die("no memory");
    return p;
}

static void triad(double *restrict a, const double *restrict b, const double *restrict c, long n) {
    for (long i = 0; i < n; i++)
        a[i] += b[i] + 3 * c[i];
}

/* work is a thread: it is the first to touch its share, so that the share is
 * in the memory of its processor. */
static void *work(void *which) {
    long me = (long)which, lo = me * size / threads, hi = (me + 1) * size / threads;
    for (long i = lo; i < hi; i++) {
        a[i] = 0;
        b[i] = c[i] = 2;
    }
    for (long run = 0; run < warm + count; run++) {
        pthread_barrier_wait(&start);
        triad(a + lo, b + lo, c + lo, hi - lo);
        pthread_barrier_wait(&end);
    }
    return NULL;
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return 1e9 * t.tv_sec + t.tv_nsec;
}

static void jobs(long times) {
    for (; times > 0; times--) {
        pthread_barrier_wait(&start);
        pthread_barrier_wait(&end);
    }
}

/* check finds an element that any job has skipped or repeated. */
static void check(void) {
    for (long i = 0; i < size; i++)
        if (a[i] != 8.0 * (warm + count)) {
            fprintf(stderr, "nstream: element %ld is %g after %ld jobs\n", i, a[i], warm + count);
            exit(1);
        }
}

int main(int argc, char **argv) {
    count = argc == 4 ? atol(argv[2]) : 0;
    size = argc == 4 ? atol(argv[3]) : 0;
    if (count < 1 || size < 1)
        die("usage: nstream nstream COUNT SIZE");
    cpu_set_t may;
    if (sched_getaffinity(0, sizeof may, &may))
        die("sched_getaffinity");
    threads = CPU_COUNT(&may) < MOST ? CPU_COUNT(&may) : MOST;
    warm = count / 10 + 1;
    a = take(), b = take(), c = take();
    pthread_barrier_init(&start, NULL, threads + 1);
    pthread_barrier_init(&end, NULL, threads + 1);
    pthread_t all[MOST];
    for (long i = 0; i < threads; i++)
        if (pthread_create(&all[i], NULL, work, (void *)i))
            die("pthread_create");
    jobs(warm);
    double began = now();
    jobs(count);
    double took = now() - began;
    for (int i = 0; i < threads; i++)
        pthread_join(all[i], NULL);
    check();
    printf("%.3f\n", took / count);
    return 0;
}
