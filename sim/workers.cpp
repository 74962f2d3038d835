#include "workers.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <thread>

#include <fmt/format.h>

namespace contactor::sim {
namespace {

void write_all(int file, const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t written = ::write(file, text.data() + done, text.size() - done);
    if (written <= 0) return;
    done += static_cast<std::size_t>(written);
  }
}

std::string read_all(int file) {
  std::string text;
  std::array<char, 4096> part{};
  for (ssize_t got = 0; (got = ::read(file, part.data(), part.size())) > 0;)
    text.append(part.data(), static_cast<std::size_t>(got));
  return text;
}

struct Child {
  pid_t pid;
  int file;
};

std::vector<Child> start(unsigned jobs, const std::function<std::string(unsigned)>& work) {
  std::vector<Child> children;
  for (unsigned worker = 0; worker < jobs; ++worker) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) break;
    std::fflush(stdout);
    const pid_t pid = ::fork();
    if (pid == 0) {
      ::close(ends[0]);
      write_all(ends[1], work(worker));
      ::_exit(0);
    }
    ::close(ends[1]);
    children.push_back({pid, ends[0]});
  }
  return children;
}

}  // namespace

Told run_workers(unsigned jobs, const std::function<std::string(unsigned)>& work) {
  Told told;
  for (const auto& child : start(jobs, work)) {
    told.texts.push_back(read_all(child.file));
    ::close(child.file);
    int status = 0;
    ::waitpid(child.pid, &status, 0);
    if (status == 0) continue;
    fmt::print(
        "a worker ended with status {}: an assertion of the product failed; --jobs 1 --verbose shows at "
        "which seed\n",
        status);
    ++told.broken;
  }
  return told;
}

unsigned workers_for(std::uint64_t seeds, unsigned asked) {
  if (seeds <= 1) return 1;
  const unsigned processors = std::max(1U, std::thread::hardware_concurrency());
  return static_cast<unsigned>(std::min<std::uint64_t>(asked > 0 ? asked : processors, seeds));
}

void print_counts(std::string_view title, const std::map<std::string, std::uint64_t>& counts) {
  fmt::print("{}\n", title);
  for (const auto& [name, count] : counts) fmt::print("  {:<32} {:>10}\n", name, count);
}

std::string version() {
#ifdef CTR_SIM_VERSION
  return CTR_SIM_VERSION;
#else
  return "unknown";
#endif
}

}  // namespace contactor::sim
