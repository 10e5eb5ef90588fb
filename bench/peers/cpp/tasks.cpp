// Five tasks in two ways of C++ to run many of them: std::async and oneTBB.
//
// usage: tasks SYSTEM TASK MILLISECONDS AMOUNT WANT WORKERS...
//
// Prints for every number of workers a line with that number, how many tasks ran and the
// nanoseconds that they took together. AMOUNT is how much a task does, WANT what each must
// return.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>

namespace {

using namespace std::chrono_literals;

// The waits inside mixed and of the echo server; the programs in other languages have the
// same.
constexpr auto mixed_wait = 2ms, echo_wait = 1ms;

[[noreturn]] void fail(const std::string &why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::_Exit(1);
}

long fnv(long steps) {
  std::uint32_t h = 2166136261u;
  for (long i = 0; i < steps; i++) h = (h ^ static_cast<std::uint32_t>(i & 255)) * 16777619u;
  return h;
}

long sieve(std::vector<char> &composite) {
  std::fill(composite.begin(), composite.end(), 0);
  const long limit = static_cast<long>(composite.size());
  long primes = 0;
  for (long p = 2; p < limit; p++) {
    if (composite[p]) continue;
    primes++;
    for (long q = p * p; q < limit; q += p) composite[q] = 1;
  }
  return primes;
}

// Shelf keeps what a task needs for a while and another may have next.
template <class T> class Shelf {
  std::mutex mutex;
  std::vector<T> free;
  std::function<T()> make;

public:
  explicit Shelf(std::function<T()> make) : make(std::move(make)) {}
  T take() {
    {
      std::lock_guard lock(mutex);
      if (!free.empty()) {
        T one = std::move(free.back());
        free.pop_back();
        return one;
      }
    }
    return make();
  }
  void give(T one) {
    std::lock_guard lock(mutex);
    free.push_back(std::move(one));
  }
};

bool receive(int fd, std::vector<char> &buffer) {
  return recv(fd, buffer.data(), buffer.size(), MSG_WAITALL) == static_cast<ssize_t>(buffer.size());
}

bool transmit(int fd, const std::vector<char> &buffer) {
  return send(fd, buffer.data(), buffer.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(buffer.size());
}

void without_delay(int fd) {
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

// serve sends every message back after a delay, with a thread for each connection.
sockaddr_in serve(long amount) {
  int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (server < 0 || bind(server, reinterpret_cast<sockaddr *>(&address), size) != 0 || listen(server, 512) != 0 ||
      getsockname(server, reinterpret_cast<sockaddr *>(&address), &size) != 0)
    fail("cannot listen on 127.0.0.1");
  std::thread([=] {
    for (int fd; (fd = accept(server, nullptr, nullptr)) >= 0;) {
      without_delay(fd);
      std::thread([=] {
        std::vector<char> buffer(amount);
        while (receive(fd, buffer)) {
          std::this_thread::sleep_for(echo_wait);
          if (!transmit(fd, buffer)) break;
        }
        close(fd);
      }).detach();
    }
  }).detach();
  return address;
}

int dial(const sockaddr_in &address) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || connect(fd, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0) fail("cannot connect to 127.0.0.1");
  without_delay(fd);
  return fd;
}

using Task = std::function<long()>;

Task prepare(const std::string &name, long amount) {
  if (name == "hash") return [=] { return fnv(amount); };
  if (name == "sieve") {
    auto arrays = std::make_shared<Shelf<std::vector<char>>>([=] { return std::vector<char>(amount); });
    return [=] {
      std::vector<char> mine = arrays->take();
      long primes = sieve(mine);
      arrays->give(std::move(mine));
      return primes;
    };
  }
  if (name == "mixed")
    return [=] {
      long h = fnv(amount);
      std::this_thread::sleep_for(mixed_wait);
      return h;
    };
  if (name == "sleep")
    return [=] {
      std::this_thread::sleep_for(std::chrono::milliseconds(amount));
      return amount;
    };
  if (name != "echo") fail("there is no task " + name);
  auto connections = std::make_shared<Shelf<int>>([address = serve(amount)] { return dial(address); });
  return [=] {
    const std::vector<char> sent(amount, 7);
    std::vector<char> got(amount);
    int fd = connections->take();
    bool right = transmit(fd, sent) && receive(fd, got) && got == sent;
    connections->give(fd);
    return right ? amount : -1L;
  };
}

// Run performs as many tasks.
using Run = std::function<void(long)>;

// pace finds how many tasks take the time and prints the run of so many.
void pace(long workers, long box, const Run &run) {
  long n = 2 * workers;
  run(n); // starts the workers
  for (;;) {
    auto start = std::chrono::steady_clock::now();
    run(n);
    long took = std::chrono::nanoseconds(std::chrono::steady_clock::now() - start).count();
    if (took >= box / 2) {
      std::printf("%ld %ld %ld\n", workers, n, took);
      return;
    }
    double aimed = static_cast<double>(n) * static_cast<double>(box) / static_cast<double>(std::max(took, 1L));
    n = std::min(16 * n, std::max(2 * n, static_cast<long>(aimed)));
    n = (n + workers - 1) / workers * workers; // no last wave that is half full
  }
}

} // namespace

int main(int argc, char **argv) {
  if (argc < 7) fail("usage: tasks async|tbb TASK MILLISECONDS AMOUNT WANT WORKERS...");
  const std::string system = argv[1];
  const long box = std::atol(argv[3]) * 1'000'000, amount = std::atol(argv[4]), want = std::atol(argv[5]);
  const Task task = prepare(argv[2], amount);
  auto check = [=](long got) {
    if (got != want) fail("wrong result " + std::to_string(got) + ", want " + std::to_string(want));
  };
  for (int i = 6; i < argc; i++) {
    const long workers = std::atol(argv[i]);
    if (system == "tbb") {
      // Also more threads than cores; the waiting one runs tasks, too.
      tbb::global_control threads(tbb::global_control::max_allowed_parallelism, workers);
      tbb::task_arena arena(workers);
      pace(workers, box, [&](long n) {
        arena.execute([&] {
          tbb::task_group group;
          for (long k = 0; k < n; k++) group.run([&] { check(task()); });
          group.wait();
        });
      });
    } else if (system == "async") {
      pace(workers, box, [&](long n) {
        std::counting_semaphore<> room(workers);
        std::deque<std::future<void>> all;
        for (long k = 0; k < n; k++) {
          room.acquire();
          if (static_cast<long>(all.size()) >= 2 * workers) { // a future keeps the stack of its thread
            all.front().get();
            all.pop_front();
          }
          all.push_back(std::async(std::launch::async, [&] {
            check(task());
            room.release();
          }));
        }
        for (auto &one : all) one.get();
      });
    } else {
      fail("there is no system " + system);
    }
    std::fflush(stdout);
  }
  std::_Exit(0); // the echo server has threads that end with the process
}
