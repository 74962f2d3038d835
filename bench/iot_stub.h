#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace contactor::bench {

/// An IoT API that is never the bottleneck: a process of its own, one thread, epoll, no parsing beyond what
/// the answer needs. Mode A confirms in the answer to the command; mode B accepts, and says "applied" to the
/// first status question.
class IotStub {
 public:
  enum class Mode { A, B };
  explicit IotStub(Mode mode);
  ~IotStub();
  IotStub(const IotStub&) = delete;
  IotStub& operator=(const IotStub&) = delete;

  [[nodiscard]] std::string base_url() const;
  /// CPU seconds used so far, user and system.
  [[nodiscard]] double cpu_seconds() const;

 private:
  pid_t pid_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace contactor::bench
