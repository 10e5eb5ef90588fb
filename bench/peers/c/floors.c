/* What a round trip of 64 bytes to another process costs without a language's
 * runtime in between: the floors of overlap's process executors.
 *
 * usage: floors MODE COUNT    prints the nanoseconds of one round trip
 *
 * futex  shared memory, each side sleeps until the other wakes it
 * pipe   two pipes, blocking
 * unix   a pair of unix stream sockets, blocking
 * spin   shared memory, each side polls on a processor of its own
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MESSAGE = 64, ANSWER = 7 };

/* A direction of the shared memory. The word counts messages; it has a cache
 * line of its own. */
struct slot {
    _Alignas(64) _Atomic uint32_t count;
    _Alignas(64) unsigned char message[MESSAGE];
};

static struct slot *shared; /* to the child, to the parent */
static int to_child[2], to_parent[2];
static pid_t child;

static void die(const char *what) {
    perror(what);
    if (child > 0)
        kill(child, SIGKILL);
    exit(1);
}

/* The other process ends only if something is wrong, and the parent would wait
 * for ever. */
static void child_ended(int sig) {
    (void)sig;
    static const char text[] = "the other process ended\n";
    ssize_t n = write(2, text, sizeof text - 1);
    (void)n;
    _exit(1);
}

static void futex(_Atomic uint32_t *word, int op, uint32_t value) {
    if (syscall(SYS_futex, word, op, value, NULL, NULL, 0) < 0 && errno != EAGAIN && errno != EINTR)
        die("futex");
}

static void put_futex(struct slot *s, const unsigned char *m) {
    memcpy(s->message, m, MESSAGE);
    atomic_fetch_add(&s->count, 1);
    futex(&s->count, FUTEX_WAKE, 1);
}

static void get_futex(struct slot *s, uint32_t turn, unsigned char *m) {
    while (atomic_load(&s->count) != turn)
        futex(&s->count, FUTEX_WAIT, turn - 1);
    memcpy(m, s->message, MESSAGE);
}

static void put_spin(struct slot *s, const unsigned char *m) {
    memcpy(s->message, m, MESSAGE);
    atomic_fetch_add(&s->count, 1);
}

static void get_spin(struct slot *s, uint32_t turn, unsigned char *m) {
    while (atomic_load(&s->count) != turn)
        ;
    memcpy(m, s->message, MESSAGE);
}

static void put_fd(int fd, const unsigned char *m) {
    if (write(fd, m, MESSAGE) != MESSAGE)
        die("write");
}

static void get_fd(int fd, unsigned char *m) {
    for (ssize_t have = 0, n; have < MESSAGE; have += n)
        if ((n = read(fd, m + have, MESSAGE - have)) <= 0)
            die("read");
}

/* pin binds the process to the which-th processor that it may use. */
static void pin(int which) {
    cpu_set_t may, one;
    if (sched_getaffinity(0, sizeof may, &may))
        die("sched_getaffinity");
    CPU_ZERO(&one);
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &may) && which-- == 0)
            CPU_SET(cpu, &one);
    if (sched_setaffinity(0, sizeof one, &one))
        die("sched_setaffinity");
}

static int processors(void) {
    cpu_set_t may;
    if (sched_getaffinity(0, sizeof may, &may))
        die("sched_getaffinity");
    return CPU_COUNT(&may);
}

enum mode { FUTEX_MODE, SPIN_MODE, FD_MODE };

static void serve(enum mode mode) {
    unsigned char m[MESSAGE];
    if (mode == SPIN_MODE)
        pin(1);
    for (uint32_t turn = 1;; turn++) {
        switch (mode) {
        case FUTEX_MODE: get_futex(&shared[0], turn, m); put_futex(&shared[1], m); break;
        case SPIN_MODE: get_spin(&shared[0], turn, m); put_spin(&shared[1], m); break;
        case FD_MODE: get_fd(to_child[0], m); put_fd(to_parent[1], m); break;
        }
    }
}

static uint32_t turn;

static void roundtrips(enum mode mode, long count) {
    unsigned char sent[MESSAGE], got[MESSAGE];
    memset(sent, ANSWER, MESSAGE);
    for (long i = 0; i < count; i++) {
        turn++;
        memset(got, 0, MESSAGE);
        switch (mode) {
        case FUTEX_MODE: put_futex(&shared[0], sent); get_futex(&shared[1], turn, got); break;
        case SPIN_MODE: put_spin(&shared[0], sent); get_spin(&shared[1], turn, got); break;
        case FD_MODE: put_fd(to_child[1], sent); get_fd(to_parent[0], got); break;
        }
        if (memcmp(sent, got, MESSAGE)) {
            fputs("wrong message\n", stderr);
            kill(child, SIGKILL);
            exit(1);
        }
    }
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return 1e9 * t.tv_sec + t.tv_nsec;
}

static enum mode open_mode(const char *name) {
    if (!strcmp(name, "pipe")) {
        if (pipe(to_child) || pipe(to_parent))
            die("pipe");
        return FD_MODE;
    }
    if (!strcmp(name, "unix")) {
        int pair[2];
        if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
            die("socketpair");
        to_child[1] = to_parent[0] = pair[0];
        to_child[0] = to_parent[1] = pair[1];
        return FD_MODE;
    }
    shared = mmap(NULL, 2 * sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        die("mmap");
    return strcmp(name, "spin") ? FUTEX_MODE : SPIN_MODE;
}

int main(int argc, char **argv) {
    long count = argc == 3 ? atol(argv[2]) : 0;
    if (count < 1 || (strcmp(argv[1], "futex") && strcmp(argv[1], "pipe") && strcmp(argv[1], "unix") && strcmp(argv[1], "spin"))) {
        fputs("usage: floors futex|pipe|unix|spin COUNT\n", stderr);
        return 1;
    }
    enum mode mode = open_mode(argv[1]);
    if (mode == SPIN_MODE && processors() < 2) {
        fputs("spin needs two processors\n", stderr);
        return 1;
    }
    pid_t parent = getpid();
    if (signal(SIGCHLD, child_ended) == SIG_ERR)
        die("signal");
    child = fork();
    if (child < 0)
        die("fork");
    if (child == 0) {
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
            exit(1);
        serve(mode);
    }
    if (mode == SPIN_MODE)
        pin(0);
    roundtrips(mode, count / 10 + 1);
    double start = now();
    roundtrips(mode, count);
    double end = now();
    signal(SIGCHLD, SIG_DFL);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    printf("%.3f\n", (end - start) / count);
    return 0;
}
