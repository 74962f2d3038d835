#include "store/postgres/session.h"

#include <poll.h>

#include <chrono>

namespace contactor::store::postgres {
namespace {

using Clock = std::chrono::steady_clock;

/// Waits until the socket can do what is asked. False: the time is over.
bool wait_on(int socket, short events, Clock::time_point until) {
  pollfd wanted{.fd = socket, .events = events, .revents = 0};
  for (;;) {
    const auto left = std::chrono::ceil<Millis>(until - Clock::now());
    const int ready = poll(&wanted, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    if (ready > 0) return true;
    if (ready == 0 && left <= Millis(0)) return false;
    if (ready < 0 && errno != EINTR) return false;
  }
}

struct ClearResult {
  void operator()(PGresult* raw) const { PQclear(raw); }
};

}  // namespace

Outcome<std::unique_ptr<Session>> Session::open(const Options& options, Patience patience) {
  std::vector<const char*> names, values;
  for (const auto& [name, value] : options) {
    names.push_back(name.c_str());
    values.push_back(value.c_str());
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  std::unique_ptr<Session> session(
      new Session(PQconnectStartParams(names.data(), values.data(), 0), patience));
  if (auto connected = session->connect(); !connected) return std::unexpected(std::move(connected.error()));
  return session;
}

Outcome<void> Session::connect() {
  PGconn* const raw = raw_.get();
  const auto until = Clock::now() + patience_.connect;
  for (auto state = PGRES_POLLING_WRITING; state != PGRES_POLLING_OK;) {
    if (PQstatus(raw) == CONNECTION_BAD || state == PGRES_POLLING_FAILED)
      return std::unexpected(gone("no connection"));
    const short events = state == PGRES_POLLING_READING ? POLLIN : POLLOUT;
    if (!wait_on(PQsocket(raw), events, until)) return std::unexpected(lost("no answer to connecting"));
    state = PQconnectPoll(raw);
  }
  PQsetnonblocking(raw, 1);
  // What the server has to say beside answers goes to its own log.
  PQsetNoticeProcessor(raw, [](void*, const char*) {}, nullptr);
  return {};
}

Failure Session::gone(std::string_view why) {
  const std::string said = PQerrorMessage(raw_.get());
  auto failure = lost(said.empty() ? std::string(why) : said);
  // A refusal at the door has no result to read its SQLSTATE from.
  if (said.find("too many clients") != said.npos || said.find("remaining connection slots") != said.npos ||
      said.find("too many connections") != said.npos)
    failure.state = "53300";
  else if (said.find("authentication failed") != said.npos || said.find("pg_hba.conf") != said.npos)
    failure.state = "28000";
  else if (said.find("database \"") != said.npos && said.find("does not exist") != said.npos)
    failure.state = "3D000";
  return failure;
}

Outcome<std::vector<Answer>> Session::run(std::span<const Call> calls) {
  if (auto prepared = prepare(calls); !prepared) return std::unexpected(std::move(prepared.error()));
  PGconn* const raw = raw_.get();
  PQenterPipelineMode(raw);
  std::vector<const char*> data;
  std::vector<int> lengths;
  for (const auto& call : calls) {
    data.clear();
    lengths.clear();
    call.values.collect(data, lengths);
    const std::vector<int> formats(data.size(), 1);
    if (PQsendQueryPrepared(raw, call.statement->name, call.values.count(), data.data(), lengths.data(),
                            formats.data(), 1) == 0)
      return std::unexpected(gone("a statement cannot be sent"));
  }
  if (PQpipelineSync(raw) == 0) return std::unexpected(gone("a statement cannot be sent"));
  auto answers = exchange(calls.size());
  if (!answers && answers.error().lost) return answers;
  PQexitPipelineMode(raw);
  if (!answers) roll_back();
  return answers;
}

/// What this session does not know yet is prepared in a round trip of its own, once.
Outcome<void> Session::prepare(std::span<const Call> calls) {
  PGconn* const raw = raw_.get();
  std::vector<const Statement*> fresh;
  for (const auto& call : calls)
    if (prepared_.insert(call.statement->name).second) fresh.push_back(call.statement);
  if (fresh.empty()) return {};
  PQenterPipelineMode(raw);
  for (const auto* statement : fresh)
    if (PQsendPrepare(raw, statement->name, statement->sql.c_str(), 0, nullptr) == 0)
      return std::unexpected(gone("a statement cannot be sent"));
  if (PQpipelineSync(raw) == 0) return std::unexpected(gone("a statement cannot be sent"));
  auto answers = exchange(fresh.size());
  if (answers) {
    PQexitPipelineMode(raw);
    return {};
  }
  if (!answers.error().lost) PQexitPipelineMode(raw);
  // Some of them may stand: their names are given back in any case.
  prepared_.clear();
  if (!answers.error().lost) (void)run_text("DEALLOCATE ALL");
  return std::unexpected(std::move(answers.error()));
}

/// Sends what is buffered and reads until the pipeline's end, always ready for both: a server whose answers
/// nobody takes stops reading.
Outcome<std::vector<Answer>> Session::exchange(std::size_t expected) {
  PGconn* const raw = raw_.get();
  std::vector<Answer> answers;
  answers.reserve(expected);
  std::optional<Failure> failure;
  for (;;) {
    while (PQisBusy(raw) == 0) {
      std::unique_ptr<PGresult, ClearResult> result(PQgetResult(raw));
      if (PQstatus(raw) == CONNECTION_BAD) return std::unexpected(gone("the connection was lost"));
      if (!result) continue;  // The end of one statement's results.
      const auto status = PQresultStatus(result.get());
      if (status == PGRES_PIPELINE_SYNC) {
        if (failure) return std::unexpected(std::move(*failure));
        return answers;
      }
      if (status == PGRES_FATAL_ERROR && !failure) failure = failure_of(result.get());
      if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) answers.emplace_back(result.release());
      // The rest of a pipeline that has failed answers with nothing.
    }
    if (auto came = wait_for_bytes(); !came) {
      if (failure && !failure->state.empty()) came.error().message += ": " + failure->message;
      return std::unexpected(std::move(came.error()));
    }
  }
}

Outcome<void> Session::wait_for_bytes() {
  PGconn* const raw = raw_.get();
  const auto until = Clock::now() + patience_.silence;
  for (;;) {
    const int unsent = PQflush(raw);
    if (unsent < 0) return std::unexpected(gone("the connection was lost"));
    const short events = static_cast<short>(unsent > 0 ? POLLIN | POLLOUT : POLLIN);
    pollfd wanted{.fd = PQsocket(raw), .events = events, .revents = 0};
    const auto left = std::chrono::ceil<Millis>(until - Clock::now()).count();
    const int ready = poll(&wanted, 1, static_cast<int>(std::max<std::int64_t>(left, 0)));
    if (ready < 0 && errno != EINTR) return std::unexpected(lost("the socket failed"));
    if (ready == 0 && left <= 0) {
      // It may still answer, but nobody here will know what to.
      raw_.reset();
      return std::unexpected(lost("the server does not answer"));
    }
    if (ready <= 0 || (wanted.revents & (POLLIN | POLLERR | POLLHUP)) == 0) continue;
    if (PQconsumeInput(raw) == 0) return std::unexpected(gone("the connection was lost"));
    return {};
  }
}

void Session::roll_back() {
  const auto state = PQtransactionStatus(raw_.get());
  if (state == PQTRANS_INTRANS || state == PQTRANS_INERROR) (void)run_text("ROLLBACK");
}

Outcome<std::vector<std::vector<std::string>>> Session::run_text(std::string_view script) {
  PGconn* const raw = raw_.get();
  if (PQsendQuery(raw, std::string(script).c_str()) == 0)
    return std::unexpected(gone("a statement cannot be sent"));
  std::vector<std::vector<std::string>> rows;
  std::optional<Failure> failure;
  for (;;) {
    while (PQisBusy(raw) == 0) {
      std::unique_ptr<PGresult, ClearResult> result(PQgetResult(raw));
      if (PQstatus(raw) == CONNECTION_BAD) return std::unexpected(gone("the connection was lost"));
      if (!result) {
        if (failure) return std::unexpected(std::move(*failure));
        return rows;
      }
      if (PQresultStatus(result.get()) == PGRES_FATAL_ERROR && !failure) failure = failure_of(result.get());
      if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) continue;
      rows.assign(static_cast<std::size_t>(PQntuples(result.get())), {});
      for (int row = 0; row < PQntuples(result.get()); ++row)
        for (int column = 0; column < PQnfields(result.get()); ++column)
          rows[static_cast<std::size_t>(row)].emplace_back(PQgetvalue(result.get(), row, column));
    }
    if (auto came = wait_for_bytes(); !came) return std::unexpected(std::move(came.error()));
  }
}

Outcome<std::vector<std::string>> Session::notified(Millis wait, int wake) {
  PGconn* const raw = raw_.get();
  std::array<pollfd, 2> wanted{pollfd{.fd = PQsocket(raw), .events = POLLIN, .revents = 0},
                               pollfd{.fd = wake, .events = POLLIN, .revents = 0}};
  const auto take = [raw] {
    std::vector<std::string> names;
    while (PGnotify* raw_note = PQnotifies(raw)) {
      names.emplace_back(raw_note->extra);
      PQfreemem(raw_note);
    }
    return names;
  };
  if (auto names = take(); !names.empty()) return names;
  const int ready = poll(wanted.data(), wanted.size(), static_cast<int>(wait.count()));
  if (ready > 0 && wanted[0].revents != 0 && PQconsumeInput(raw) == 0)
    return std::unexpected(gone("the connection was lost"));
  return take();
}

}  // namespace contactor::store::postgres
