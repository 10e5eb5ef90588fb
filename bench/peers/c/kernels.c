/* Kernels of overlap's workloads in plain C: the same algorithms, one thread,
 * no vectors by hand. What the Go code costs beside them is the compiler's.
 *
 * usage: kernels MODE COUNT SIZE WANT    prints the nanoseconds of one job
 *
 * WANT is the result of a job as this program writes it; any other is an
 * error.
 *
 * ep          SIZE pairs of NPB EP       accepted pairs and both sums
 * nqueens     a board of SIZE            solutions
 * mandelbrot  SIZE x SIZE points         points inside, steps
 * spectral    a matrix of SIZE           the norm, nine digits
 * sort        SIZE splitmix64 numbers    their exclusive or
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static long size;
static char result[128];

static void die(const char *what) {
    fprintf(stderr, "kernels: %s\n", what);
    exit(1);
}

static void *take(size_t bytes) {
    void *p = malloc(bytes);
    if (!p)
        die("no memory");
    return p;
}

static void ep(void) {
    const uint64_t multiplier = 1220703125, mask = (1ull << 46) - 1;
    const double scale = 1.0 / (1ull << 46);
    uint64_t x = 271828183;
    double sx = 0, sy = 0;
    long counts[10] = {0}, accepted = 0;
    for (long i = 0; i < size; i++) {
        x = x * multiplier & mask;
        double u = 2 * scale * (double)(int64_t)x - 1;
        x = x * multiplier & mask;
        double v = 2 * scale * (double)(int64_t)x - 1;
        double t = u * u + v * v;
        if (t > 1)
            continue;
        double f = sqrt(-2 * log(t) / t);
        double gx = u * f, gy = v * f, ax = fabs(gx), ay = fabs(gy);
        counts[(int)fmax(ax, ay)]++; /* no branch: it could not be predicted */
        sx += gx;
        sy += gy;
    }
    for (int i = 0; i < 10; i++)
        accepted += counts[i];
    snprintf(result, sizeof result, "%ld %.8e %.8e", accepted, sx, sy);
}

/* place counts the ways to fill the rows that are left; the words hold the
 * columns and diagonals that are attacked. */
static long place(uint32_t all, uint32_t columns, uint32_t left, uint32_t right) {
    if (columns == all)
        return 1;
    long n = 0;
    for (uint32_t may = all & ~(columns | left | right); may; may &= may - 1) {
        uint32_t bit = may & -may;
        n += place(all, columns | bit, (left | bit) << 1, (right | bit) >> 1);
    }
    return n;
}

static void nqueens(void) {
    snprintf(result, sizeof result, "%ld", place((1u << size) - 1, 0, 0, 0));
}

enum { STEPS = 100 };

static void mandelbrot(void) {
    long inside = 0, iterations = 0;
    for (long y = 0; y < size; y++) {
        double ci = 2 * (double)y / size - 1;
        for (long x = 0; x < size; x++) {
            double cr = 2 * (double)x / size - 1.5, zr = 0, zi = 0, rr = 0, ii = 0;
            int steps = 0;
            for (; steps < STEPS && rr + ii <= 4; steps++) {
                zi = 2 * zr * zi + ci;
                zr = rr - ii + cr;
                rr = zr * zr;
                ii = zi * zi;
            }
            iterations += steps;
            inside += steps == STEPS;
        }
    }
    snprintf(result, sizeof result, "%ld %ld", inside, iterations);
}

static double element(long i, long j) { return 1.0 / ((i + j) * (i + j + 1) / 2 + i + 1); }

static void times(const double *v, double *out) {
    for (long i = 0; i < size; i++) {
        double sum = 0;
        for (long j = 0; j < size; j++)
            sum += element(i, j) * v[j];
        out[i] = sum;
    }
}

static void times_transposed(const double *v, double *out) {
    for (long i = 0; i < size; i++) {
        double sum = 0;
        for (long j = 0; j < size; j++)
            sum += element(j, i) * v[j];
        out[i] = sum;
    }
}

static void spectral(void) {
    static double *u, *v, *between;
    if (!u) {
        u = take(size * sizeof *u);
        v = take(size * sizeof *v);
        between = take(size * sizeof *between);
    }
    for (long i = 0; i < size; i++)
        u[i] = 1;
    for (int i = 0; i < 10; i++) {
        times(u, between);
        times_transposed(between, v);
        times(v, between);
        times_transposed(between, u);
    }
    double uv = 0, vv = 0;
    for (long i = 0; i < size; i++) {
        uv += u[i] * v[i];
        vv += v[i] * v[i];
    }
    snprintf(result, sizeof result, "%.9f", sqrt(uv / vv));
}

static uint64_t splitmix64(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

/* merge has no branch on which is less, which cannot be predicted. */
static void merge(uint64_t *restrict out, const uint64_t *a, long na, const uint64_t *b, long nb) {
    long i = 0, j = 0;
    while (i < na && j < nb) {
        uint64_t x = a[i], y = b[j];
        long from_b = y < x;
        out[i + j] = from_b ? y : x;
        i += 1 - from_b;
        j += from_b;
    }
    memcpy(out + i + j, a + i, (na - i) * sizeof *a);
    memcpy(out + na + j, b + j, (nb - j) * sizeof *b);
}

/* merge_sort sorts a[0, n), into room if that is asked for; the other array
 * keeps nothing of use. */
static void merge_sort(uint64_t *a, uint64_t *room, long n, int into_room) {
    if (n <= 16) {
        for (long i = 1; i < n; i++) {
            uint64_t x = a[i];
            long j = i;
            for (; j > 0 && a[j - 1] > x; j--)
                a[j] = a[j - 1];
            a[j] = x;
        }
        if (into_room)
            memcpy(room, a, n * sizeof *a);
        return;
    }
    long half = n / 2;
    merge_sort(a, room, half, !into_room);
    merge_sort(a + half, room + half, n - half, !into_room);
    if (into_room)
        merge(room, a, half, a + half, n - half);
    else
        merge(a, room, half, room + half, n - half);
}

static uint64_t *input, *sorted;

static void sort(void) {
    static uint64_t *room;
    if (!input) {
        uint64_t state = 1;
        input = take(size * sizeof *input);
        sorted = take(size * sizeof *sorted);
        room = take(size * sizeof *room);
        for (long i = 0; i < size; i++)
            input[i] = splitmix64(&state);
    }
    memcpy(sorted, input, size * sizeof *input);
    merge_sort(sorted, room, size, 0);
}

/* check_sort is no part of the job. A job of Go compares within its time. */
static void check_sort(void) {
    uint64_t all = sorted[0];
    for (long i = 1; i < size; i++) {
        if (sorted[i - 1] > sorted[i])
            die("the numbers are not sorted");
        all ^= sorted[i];
    }
    snprintf(result, sizeof result, "%016llx", (unsigned long long)all);
}

static const struct {
    const char *name;
    void (*run)(void), (*check)(void);
} modes[] = {
    {"ep", ep, NULL},
    {"nqueens", nqueens, NULL},
    {"mandelbrot", mandelbrot, NULL},
    {"spectral", spectral, NULL},
    {"sort", sort, check_sort},
};

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return 1e9 * t.tv_sec + t.tv_nsec;
}

/* jobs runs a mode's job count times and returns the nanoseconds of all. */
static double jobs(int mode, long count, const char *want) {
    double spent = 0;
    for (long i = 0; i < count; i++) {
        double start = now();
        modes[mode].run();
        spent += now() - start;
        if (modes[mode].check)
            modes[mode].check();
        if (strcmp(result, want)) {
            fprintf(stderr, "kernels: wrong result %s, want %s\n", result, want);
            exit(1);
        }
    }
    return spent;
}

int main(int argc, char **argv) {
    long count = argc == 5 ? atol(argv[2]) : 0;
    size = argc == 5 ? atol(argv[3]) : 0;
    int mode = 0, known = sizeof modes / sizeof *modes;
    while (count > 0 && mode < known && strcmp(argv[1], modes[mode].name))
        mode++;
    if (count < 1 || size < 1 || mode == known)
        die("usage: kernels ep|nqueens|mandelbrot|spectral|sort COUNT SIZE WANT");
    if (!strcmp(argv[1], "nqueens") && size > 31)
        die("a row of the board is a word: at most 31 queens");
    jobs(mode, count / 10 + 1, argv[4]);
    printf("%.3f\n", jobs(mode, count, argv[4]) / count);
    return 0;
}
