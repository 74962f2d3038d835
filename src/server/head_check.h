#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace contactor::server {

/// An answer that the server gives by itself.
struct Refusal {
  int status;
  std::string_view type;    ///< last part of the problem's type, stable
  std::string_view detail;  ///< for people
};

struct HeadLimits {
  std::size_t head_bytes = 16 * 1024;
  std::size_t target_bytes = 8 * 1024;
  std::size_t headers = 100;
};

/// What is known of a request once its head is complete.
struct Head {
  std::size_t size = 0;  ///< with the empty line at its end
  std::string_view method;
  std::string_view target;
  std::optional<std::uint64_t> content_length;
  bool is_chunked = false;
  bool is_http_1_0 = false;
  bool expects_continue = false;
};

/// Reads a request's head and refuses everything that two readers could understand differently: such a
/// difference is how a request is smuggled past a proxy. Beast alone is more tolerant than that.
class HeadCheck {
 public:
  enum class Outcome : std::uint8_t { incomplete, complete, refused };

  explicit HeadCheck(HeadLimits limits) : limits_(limits) {}
  /// @param bytes  all that has arrived of this request; may only grow between calls.
  [[nodiscard]] Outcome check(std::string_view bytes);
  [[nodiscard]] const Head& head() const { return head_; }
  [[nodiscard]] const Refusal& refusal() const { return refusal_; }
  /// Begins a new request.
  void reset();

 private:
  Outcome refuse(int status, std::string_view type, std::string_view detail);
  Outcome malformed(std::string_view detail);
  Outcome read_head(std::string_view head);
  bool read_request_line(std::string_view line);
  bool read_field(std::string_view line);
  bool read_framing_field(std::string_view name, std::string_view value);

  HeadLimits limits_;
  std::size_t seen_ = 0;  ///< bytes already known to end every line properly
  std::size_t hosts_ = 0;
  Head head_;
  Refusal refusal_{};
};

}  // namespace contactor::server
