#pragma once

#include <sys/types.h>

#include <string>

#include "api/http.h"
#include "base/result.h"

namespace contactor::app {

/// The socket file on which a node answers this machine's owner: beside its SQLite file. Empty for stores
/// that take more than one process: there every command opens the store itself.
[[nodiscard]] std::string socket_file_of(const std::string& db_url);

/// The node that holds a SQLite file, asked through its socket file. Blocks; for commands that ask and end.
class RunningNode {
 public:
  /// @errors  unavailable: nobody listens there.
  [[nodiscard]] static Result<RunningNode> find(std::string socket_file);

  /// The number of its process.
  [[nodiscard]] pid_t process() const { return process_; }
  /// Waits for a node that is still starting.
  /// @errors  unavailable, timed_out (then `applied` is maybe), protocol: what came is no whole answer.
  [[nodiscard]] Result<api::Response> ask(const api::Request& request) const;

 private:
  RunningNode(std::string socket_file, pid_t process)
      : socket_file_(std::move(socket_file)), process_(process) {}
  [[nodiscard]] Result<api::Response> ask_once(const api::Request& request) const;

  std::string socket_file_;
  pid_t process_;
};

}  // namespace contactor::app
