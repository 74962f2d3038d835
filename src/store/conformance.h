#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ports/store.h"

namespace contactor::store::testing {

/// One backend under test, with whatever it needs to exist.
class Backend {
 public:
  virtual ~Backend() = default;
  virtual ports::Store& store() = 0;
  /// Closes the store and opens it again over what it has kept.
  virtual void restart() = 0;
  /// Runs completions that stand ready, or waits for the next one.
  virtual void turn() = 0;

  // What others enter into the same database.
  virtual void add_user(const std::string& id, const std::string& role) = 0;
  virtual void add_fleet(const std::string& id) = 0;
};

struct BackendKind {
  std::string name;
  std::unique_ptr<Backend> (*make)();
  /// What ctest shows beside a test's name.
  friend void PrintTo(const BackendKind& kind, std::ostream* out) { *out << kind.name; }
};

inline constexpr Instant kNow = Instant::from_millis(1'795'240'800'000);

/// As the port takes it: not copied any more.
[[nodiscard]] inline std::shared_ptr<const ports::ActivationWrite> shared(ports::ActivationWrite write) {
  return std::make_shared<const ports::ActivationWrite>(std::move(write));
}

[[nodiscard]] Vin a_vin(int number);
[[nodiscard]] ActivationId an_id(int number);
/// A first write: order `number`, first history entry, nothing else.
[[nodiscard]] ports::ActivationWrite a_new_one(int number);
/// The step after `before`: one more version and entry. Change `after` as the test needs.
[[nodiscard]] ports::ActivationWrite a_step(const ota::Activation& before);
/// Ends an activation with nothing owed.
[[nodiscard]] ports::ActivationWrite an_end(const ota::Activation& before);
/// Its id rises with `number` and names the shard, its key is `key-<number>`.
[[nodiscard]] ports::OutboxEntry an_entry(int number, ActivationId of, ports::OutboxEntry::Kind kind);
[[nodiscard]] ota::Ticket a_ticket(int number, ActivationId of);
[[nodiscard]] ports::IdempotentReply a_reply(const std::string& key, const std::string& digest);

/// What every backend must do. Calls are made and awaited one by one unless a test says otherwise.
class Conformance : public ::testing::TestWithParam<BackendKind> {
 protected:
  ports::Store& store() { return backend_->store(); }

  /// Makes one call and waits for its answer.
  template <class T, class Call>
  T await(Call call) {
    auto answer = std::make_shared<std::optional<T>>();
    call([answer](T value) { answer->emplace(std::move(value)); });
    while (!answer->has_value()) backend_->turn();
    return std::move(**answer);
  }

  Result<ports::WriteOutcome> write(ports::ActivationWrite write);
  Status write(ports::OutboxWrite write);
  /// Writes and expects it to be applied.
  ota::Activation applied(ports::ActivationWrite write);
  std::optional<ota::Activation> find(ActivationId id);
  std::vector<ota::Activation> list(ports::ActivationFilter filter);
  std::vector<ota::HistoryEntry> history(ActivationId id);
  std::vector<ports::OutboxEntry> outbox();
  std::vector<ports::NoticeRecord> notices(ActivationId id);
  std::vector<ports::Loaded> load(std::vector<ActivationId> ids);
  std::vector<ports::LiveRow> live_rows(ActivationId after, std::size_t limit);
  ports::Store::VehicleContext context(const Vin& vin);
  ports::Totals totals();

  std::unique_ptr<Backend> backend_ = GetParam().make();
};

}  // namespace contactor::store::testing
