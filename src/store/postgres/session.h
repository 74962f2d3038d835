#pragma once

#include <expected>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/postgres/answer.h"
#include "store/postgres/failure.h"
#include "store/postgres/values.h"

namespace contactor::store::postgres {

/// A statement that is prepared once in a session, under its name.
struct Statement {
  const char* name;
  std::string sql;
};

struct Call {
  const Statement* statement = nullptr;
  Values values;
};

template <class T>
using Outcome = std::expected<T, Failure>;

/// What a connection is made of: libpq's own names and values.
using Options = std::map<std::string, std::string, std::less<>>;

/// Who answers at the other end.
struct ServerProof {
  std::string system_identifier;
  std::int64_t timeline = 0;
  std::string started_at;  ///< another text after each restart of the server
  std::int32_t backend = 0;
  std::string backend_started_at;
};

/// One connection. Its socket does not block: every wait has an end, `silence` after the last byte that came.
/// Thread: one at a time.
class Session {
 public:
  struct Patience {
    Millis connect{5000};
    Millis silence{12000};
  };

  static Outcome<std::unique_ptr<Session>> open(const Options& options, Patience patience);

  /// Runs all calls in one round trip, in one transaction only if they say so. The first failure ends it: the
  /// rest is not run, and an open transaction is rolled back.
  [[nodiscard]] Outcome<std::vector<Answer>> run(std::span<const Call> calls);
  /// Runs any number of statements as text; answers with the rows of the last one.
  [[nodiscard]] Outcome<std::vector<std::vector<std::string>>> run_text(std::string_view script);

  /// Names what was notified of since the last look, and waits for it until `wait` has passed or `wake` can
  /// be read.
  [[nodiscard]] Outcome<std::vector<std::string>> notified(Millis wait, int wake);

  [[nodiscard]] bool is_open() const { return PQstatus(raw_.get()) == CONNECTION_OK; }
  [[nodiscard]] const ServerProof& proof() const { return proof_; }
  void set_proof(ServerProof proof) { proof_ = std::move(proof); }

 private:
  explicit Session(PGconn* raw, Patience patience) : raw_(raw), patience_(patience) {}

  Outcome<void> connect();
  Outcome<void> prepare(std::span<const Call> calls);
  Outcome<std::vector<Answer>> exchange(std::size_t expected);
  Outcome<void> wait_for_bytes();
  void roll_back();
  Failure gone(std::string_view why);

  struct Finish {
    void operator()(PGconn* raw) const { PQfinish(raw); }
  };
  std::unique_ptr<PGconn, Finish> raw_;
  Patience patience_;
  ServerProof proof_;
  std::set<std::string_view> prepared_;
};

}  // namespace contactor::store::postgres
