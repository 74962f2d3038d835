#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "ports/nodes.h"
#include "store/conformance.h"

namespace contactor::store::testing {

/// One kind of store with as many processes on it as a test wants, and a clock that can be pushed on.
class NodesBackend {
 public:
  virtual ~NodesBackend() = default;
  /// @return the number of the process
  virtual std::size_t start_process(const std::string& name) = 0;
  /// Without a word.
  virtual void end_process(std::size_t process) = 0;
  virtual ports::Nodes& nodes(std::size_t process) = 0;
  virtual ports::Store& store(std::size_t process) = 0;
  /// By the store's clock, and nothing else happens meanwhile.
  virtual void pass(Millis span) = 0;
  /// As after a failover.
  virtual void change_server() = 0;
  /// Runs completions that stand ready, or waits for the next one.
  virtual void turn() = 0;
};

struct NodesBackendKind {
  std::string name;
  std::unique_ptr<NodesBackend> (*make)();
};

struct Beating {
  ports::ShardSet handed_back = {};
  bool leaving = false;
};

/// What every implementation of ports::Nodes must do. The processes are called n1, n2 and so on.
class NodesConformance : public ::testing::TestWithParam<NodesBackendKind> {
 protected:
  template <class T, class Call>
  T await(Call call) {
    auto answer = std::make_shared<std::optional<T>>();
    call([answer](T value) { answer->emplace(std::move(value)); });
    while (!answer->has_value()) backend_->turn();
    return std::move(**answer);
  }
  Result<ports::NodeView> beat(std::size_t process) { return beat(process, Beating()); }
  Result<ports::NodeView> beat(std::size_t process, Beating how);
  Result<ports::WriteOutcome> write(std::size_t process, ports::ActivationWrite write);
  Result<std::string> send(std::size_t process, std::int64_t id, std::string request,
                           Millis patience = std::chrono::seconds(20));
  std::size_t start(const std::string& name) {
    names_.push_back(name);
    return backend_->start_process(name);
  }

  std::unique_ptr<NodesBackend> backend_ = GetParam().make();
  std::vector<std::string> names_;  ///< by process
};

[[nodiscard]] std::uint64_t epoch_in(const ports::NodeView& view, std::uint8_t shard);
/// All that are held but the first `kept`.
[[nodiscard]] ports::ShardSet all_but(const ports::NodeView& view, std::size_t kept);

}  // namespace contactor::store::testing
