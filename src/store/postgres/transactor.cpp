#include "store/postgres/transactor.h"

namespace contactor::store::postgres {
namespace {

constexpr int kTries = 6;
constexpr Millis kPauseBetweenLooks(20);

Refusal hopeless(Error error) { return Refusal{.failure = {}, .error = std::move(error)}; }

/// What the server answered before it went away says whether something may have been committed.
bool is_in_doubt(const Failure& failure) {
  return failure.lost || failure.state.starts_with("08") || failure.state.starts_with("57P0");
}

Refusal in_doubt() {
  return hopeless(Error{.kind = ErrorKind::unavailable,
                        .applied = Applied::maybe,
                        .retry_after = Millis(1000),
                        .origin = "store",
                        .detail = "the database went away while it committed, and could not be asked since"});
}

}  // namespace

std::expected<void, Refusal> Transactor::run(std::span<const Call> calls, const Evidence& evidence) {
  for (int tries = 1;; ++tries) {
    auto session = link_.session();
    if (!session) return std::unexpected(hopeless(std::move(session.error())));
    const ServerProof proof = (*session)->proof();
    auto answers = (*session)->run(calls);
    if (answers) return {};
    auto& failure = answers.error();
    if (asks_to_leave(failure)) link_.drop();
    if (is_in_doubt(failure)) {
      const Found found = look_up(evidence, proof);
      if (found == Found::committed) return {};
      if (found == Found::unknown) return std::unexpected(in_doubt());
    }
    const bool again = asks_to_leave(failure) || is_transient(failure);
    if (!again) return std::unexpected(Refusal{.failure = std::move(failure), .error = {}});
    if (tries == kTries) return std::unexpected(hopeless(error_of(failure)));
  }
}

std::expected<std::vector<Answer>, Refusal> Transactor::begin(std::span<const Call> calls) {
  for (int tries = 1;; ++tries) {
    auto session = link_.session();
    if (!session) return std::unexpected(hopeless(std::move(session.error())));
    auto answers = (*session)->run(calls);
    if (answers) return std::move(*answers);
    auto& failure = answers.error();
    if (asks_to_leave(failure)) link_.drop();
    if (!asks_to_leave(failure) && !is_transient(failure))
      return std::unexpected(Refusal{.failure = std::move(failure), .error = {}});
    if (tries == kTries) return std::unexpected(hopeless(error_of(failure)));
  }
}

std::expected<void, Refusal> Transactor::end(std::span<const Call> calls, const Evidence& evidence) {
  // Only the session of `begin` has the transaction: what a new one commits is nothing.
  if (!link_.is_open()) return std::unexpected(hopeless(error_of(lost("the connection was lost"))));
  auto session = link_.session();
  if (!session) return std::unexpected(hopeless(std::move(session.error())));
  const ServerProof proof = (*session)->proof();
  auto answers = (*session)->run(calls);
  if (answers) return {};
  auto& failure = answers.error();
  if (asks_to_leave(failure)) link_.drop();
  if (is_in_doubt(failure)) {
    const Found found = look_up(evidence, proof);
    if (found == Found::committed) return {};
    if (found == Found::unknown) return std::unexpected(in_doubt());
  }
  if (asks_to_leave(failure) || is_transient(failure)) return std::unexpected(hopeless(error_of(failure)));
  return std::unexpected(Refusal{.failure = std::move(failure), .error = {}});
}

std::expected<Answer, Refusal> Transactor::ask(const Call& call) {
  auto answers = begin({&call, 1});
  if (!answers) return std::unexpected(std::move(answers.error()));
  return std::move(answers->at(0));
}

Transactor::Found Transactor::look_up(const Evidence& evidence, const ServerProof& before) {
  const auto until = std::chrono::steady_clock::now() + link_.timeouts().outage;
  do {
    auto session = link_.session();
    if (!session) return Found::unknown;
    if (!is_over(**session, before)) {
      link_.closing().wait(kPauseBetweenLooks);
      continue;
    }
    auto answers = (*session)->run({&evidence.find, 1});
    if (!answers) {
      link_.drop();
      continue;
    }
    auto& rows = answers->at(0);
    return rows.next() && rows.read_number() > 0 ? Found::committed : Found::not_committed;
  } while (std::chrono::steady_clock::now() < until);
  return Found::unknown;
}

/// Can the lost session still commit? Not after a restart of its server, nor once it has ended: it is told
/// to.
bool Transactor::is_over(Session& session, const ServerProof& before) {
  const auto& now = session.proof();
  if (now.started_at != before.started_at || now.timeline != before.timeline) return true;
  const Call end{.statement = &kEndBackend,
                 .values = Values().int4(before.backend).text(before.backend_started_at)};
  auto answers = session.run({&end, 1});
  if (!answers) {
    link_.drop();
    return false;
  }
  return answers->at(0).count() == 0;
}

}  // namespace contactor::store::postgres
