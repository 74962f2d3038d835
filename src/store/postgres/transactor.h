#pragma once

#include <span>

#include "store/postgres/link.h"
#include "store/postgres/plan.h"

namespace contactor::store::postgres {

/// Why a transaction is not committed: refused by the server, or not to be had. In the second case everybody
/// who waits for it is told the same.
struct Refusal {
  Failure failure;
  std::optional<Error> error;  ///< set: nothing can be done about it now
};

/// Runs transactions to a known end. A lost connection leaves one of them in doubt: it is looked up on a new
/// connection, and run again where it was not committed.
class Transactor {
 public:
  explicit Transactor(Link& link) : link_(link) {}

  /// @param calls  from BEGIN to COMMIT.
  [[nodiscard]] std::expected<void, Refusal> run(std::span<const Call> calls, const Evidence& evidence);
  /// Runs the first part and leaves its transaction open: what is lost here was never committed.
  [[nodiscard]] std::expected<std::vector<Answer>, Refusal> begin(std::span<const Call> calls);
  /// Ends the transaction of `begin`. It is not run again where it was not committed: unavailable then.
  [[nodiscard]] std::expected<void, Refusal> end(std::span<const Call> calls, const Evidence& evidence);
  /// One read.
  [[nodiscard]] std::expected<Answer, Refusal> ask(const Call& call);

 private:
  enum class Found : std::uint8_t { committed, not_committed, unknown };
  Found look_up(const Evidence& evidence, const ServerProof& before);
  bool is_over(Session& session, const ServerProof& before);

  Link& link_;
};

}  // namespace contactor::store::postgres
