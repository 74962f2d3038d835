#pragma once

#include <string>
#include <utility>

namespace contactor {

/// A value that must not be shown. It has no formatter on purpose: a log line that takes one does not compile.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  [[nodiscard]] const std::string& reveal() const { return value_; }
  [[nodiscard]] bool empty() const { return value_.empty(); }

 private:
  std::string value_;
};

}  // namespace contactor
