#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/api.h"
#include "api/json_forward.h"
#include "api/principal.h"

namespace contactor::api {

struct Ask {
  std::string method = "GET";
  std::string target = "/";
  std::string body = {};
  std::string authorization = {};  ///< the whole header; empty: none is sent
  std::vector<ports::HttpHeader> headers = {};
  std::optional<std::uint32_t> local_user = {};  ///< comes in through the node's own socket file
};

/// For tests: the real API on the real engine and the memory store, with a car that can be told what to say,
/// on virtual time.
class Fixture {
 public:
  Fixture();
  ~Fixture();

  [[nodiscard]] Response send(Ask ask);
  /// The second is handed in before the first is answered.
  [[nodiscard]] std::pair<Response, Response> send_both(Ask first, Ask second);
  /// As JSON, with a fresh idempotency key, by `role`.
  [[nodiscard]] Response post(std::string target, std::string body, Role role = Role::operator_);
  [[nodiscard]] Response get(std::string target, Role role = Role::admin);
  /// By this machine's owner, who needs no token.
  [[nodiscard]] Response ask_locally(std::string method, std::string target, std::string body = {});
  [[nodiscard]] std::string bearer(Role role) const;
  /// Of another system than bearer(Role::service).
  [[nodiscard]] std::string foreign_bearer() const;
  [[nodiscard]] std::string revoked_bearer() const;
  [[nodiscard]] std::string expired_bearer() const;
  /// How many answers a request has got whose Api ends before its store has said anything.
  [[nodiscard]] std::size_t send_and_end(Ask ask);
  void revoke(Role role);
  void pass(Millis time);
  void car_refuses(bool refuses);

  struct Opened {
    int status = 0;
    std::string text;
    bool closed = false;
  };
  [[nodiscard]] std::shared_ptr<Opened> open_stream(std::string authorization,
                                                    std::string last_event_id = {});
  [[nodiscard]] std::shared_ptr<Opened> open_stream_locally();

  [[nodiscard]] Instant now() const;
  [[nodiscard]] ports::Store& store();
  /// One byte of a stored history becomes another.
  void spoil_history(ActivationId id);

 private:
  struct Parts;
  [[nodiscard]] std::shared_ptr<Opened> open_stream_with(Request request);
  [[nodiscard]] std::shared_ptr<std::vector<Response>> hand_in(Ask ask);
  [[nodiscard]] Response wait_for(const std::vector<Response>& answers);

  std::unique_ptr<Parts> parts_;
};

/// A body that is accepted; `order` and `vin` differ per test.
[[nodiscard]] std::string order_body(std::string_view order = "order-1",
                                     std::string_view vin = "WBA00000000000001");

[[nodiscard]] std::string_view header(const Response& response, std::string_view name);
[[nodiscard]] boost::json::object object_of(const Response& response);
[[nodiscard]] std::string id_of(const Response& response);
/// Status, media type, a stable type and the request's id.
void expect_problem(const Response& response, int status, std::string_view what);

}  // namespace contactor::api
