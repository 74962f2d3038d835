#include "store/postgres/process.h"

#include <unistd.h>

#include <fstream>
#include <random>
#include <vector>

#include <fmt/format.h>

namespace contactor::store::postgres {
namespace {

std::string first_line(const std::string& path) {
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  return line;
}

/// When a process began, in ticks since the boot; empty where there is none.
std::string start_of(std::string_view pid) {
  const std::string stat = first_line(fmt::format("/proc/{}/stat", pid));
  // The name in parentheses may hold anything: fields are counted behind its end.
  const auto name_end = stat.rfind(')');
  if (name_end == stat.npos) return {};
  std::string_view rest = std::string_view(stat).substr(name_end + 2);
  constexpr int kStartField = 22, kFieldsSeen = 2;
  for (int field = kFieldsSeen + 1; field < kStartField; ++field) rest.remove_prefix(rest.find(' ') + 1);
  return std::string(rest.substr(0, rest.find(' ')));
}

/// Where pids mean the same: one boot, one pid namespace.
std::string home() {
  std::array<char, 64> space{};
  const auto size = readlink("/proc/self/ns/pid", space.data(), space.size());
  return fmt::format("{}/{}", first_line("/proc/sys/kernel/random/boot_id"),
                     std::string_view(space.data(), size > 0 ? static_cast<std::size_t>(size) : 0));
}

}  // namespace

std::string name_of_this_process() {
  std::random_device random;
  const auto pid = std::to_string(getpid());
  return fmt::format("{}/{}/{}/{:08x}{:08x}", home(), pid, start_of(pid), random(), random());
}

bool is_surely_dead(std::string_view process) {
  std::vector<std::string_view> parts;
  for (std::string_view rest = process;;) {
    const auto slash = rest.find('/');
    parts.push_back(rest.substr(0, slash));
    if (slash == rest.npos) break;
    rest.remove_prefix(slash + 1);
  }
  if (parts.size() != 5 || fmt::format("{}/{}", parts[0], parts[1]) != home()) return false;
  return start_of(parts[2]) != parts[3];
}

}  // namespace contactor::store::postgres
