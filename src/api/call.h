#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/http.h"
#include "api/principal.h"
#include "api/problem.h"
#include "base/id.h"

namespace contactor::api {

struct Environment;
struct Route;

/// One request on its way to its answer. It is answered exactly once: a Call that is dropped answers with a
/// problem of its own. After the end of the Api nothing is said any more.
class Call : public std::enable_shared_from_this<Call> {
 public:
  Call(std::shared_ptr<Environment> env, Request request, Respond respond);
  ~Call();
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  void reply(int status, std::string json_text, std::vector<ports::HttpHeader> more = {});
  void reply(Response response);
  void refuse(const Problem& problem);
  /// What another node must answer is handed to it, once; all else is said as it is.
  void refuse(const Error& error);

  /// Somebody else answers: nothing is said here any more.
  void hand_over() { answered_ = true; }

  /// What the pattern's `{name}` stands for in this path; decoded.
  [[nodiscard]] const std::string& path_value(std::string_view name) const;
  /// A query parameter, decoded; nothing where it is missing or empty.
  [[nodiscard]] std::optional<std::string> query_value(std::string_view name) const;
  [[nodiscard]] const Principal& principal() const { return *who; }

  std::shared_ptr<Environment> env;
  Request request;
  std::string request_id;
  const Route* route = nullptr;
  std::optional<Principal> who;  ///< empty on open routes
  std::vector<std::pair<std::string, std::string>> path_values;
  std::vector<std::pair<std::string, std::string>> query;
  Instant received_at;
  bool is_forwarded = false;  ///< another node asks: it is not handed on again

 private:
  void hand_on(std::uint8_t shard);

  Respond respond_;
  bool answered_ = false;
};
using CallPtr = std::shared_ptr<Call>;

/// What to do with a value, once it is there; errors are answered here.
template <class T, class Then>
[[nodiscard]] auto or_refuse(CallPtr call, Then then) {
  return [call = std::move(call), then = std::move(then)](Result<T> result) mutable {
    if (!result) return call->refuse(result.error());
    then(std::move(*result));
  };
}

/// `?limit=&cursor=` of every list.
struct Page {
  std::size_t limit = 50;
  std::int64_t after = 0;
};
/// @errors  faults where the limit is not 1 to 500 or the cursor is not one of ours.
[[nodiscard]] Page read_page(const Call& call, Faults& faults);
/// The same without a cursor, for lists that have one of their own.
[[nodiscard]] std::size_t read_limit(const Call& call, Faults& faults);
[[nodiscard]] std::string write_cursor(std::int64_t after);
/// `{items, next_cursor}` of items that are JSON texts already.
[[nodiscard]] std::string list_json(const std::vector<std::string>& items,
                                    const std::optional<std::string>& next_cursor);

}  // namespace contactor::api
