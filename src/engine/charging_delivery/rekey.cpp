#include "engine/charging_delivery/rekey.h"

#include <memory>

#include "engine/charging_delivery/message.h"

namespace contactor::engine {
namespace {

using charging::ClientService;
using charging::Credential;

constexpr std::size_t kPage = 200;
constexpr std::string_view kCredentials = "credential:";
constexpr std::string_view kSubscriptions = "client_service:";

enum class Resealed : std::uint8_t { nothing, something, unreadable };

/// Every sealed member of the row, under the current key.
template <class Model>
Resealed reseal(const Vault& vault, Model& model) {
  auto outcome = Resealed::nothing;
  charging::for_each_field<Model>([&]<class Value>(const charging::Field<Model, Value>& field) {
    if constexpr (std::is_same_v<Value, std::optional<Secret>>) {
      std::optional<Secret>& sealed = model.*field.member;
      if (!sealed || vault.is_current(sealed->reveal()) || outcome == Resealed::unreadable) return;
      const auto context = seal_context(charging::Table<Model>::name, model.id.str(), field.name);
      const auto opened = vault.open(sealed->reveal(), context);
      outcome = opened ? Resealed::something : Resealed::unreadable;
      if (opened) sealed = Secret(vault.seal(opened->reveal(), context));
    }
  });
  return outcome;
}

/// One page of one model on its way, row after row.
template <class Model>
class Walk : public std::enable_shared_from_this<Walk<Model>> {
 public:
  Walk(ports::ChargingStore& store, ports::Timekeeper& time, const Vault& vault, std::string_view prefix,
       std::string after_all, ports::Done<Result<Rekeyed>> done)
      : store_(store),
        time_(time),
        vault_(vault),
        prefix_(prefix),
        after_all_(std::move(after_all)),
        done_(std::move(done)) {}

  void begin(std::string cursor) {
    store_.template of<Model>().list(
        {.cursor = std::move(cursor), .limit = kPage},
        [self = this->shared_from_this()](Result<ports::ChargingPage<Model>> page) {
          if (!page) return self->done_(std::unexpected(std::move(page.error())));
          self->rows_ = std::move(page->items);
          self->came_to_.next = page->next.empty() ? self->after_all_ : self->prefix_ + page->next;
          self->go_on();
        });
  }

 private:
  void go_on() {
    while (at_ < rows_.size()) {
      Model row = std::move(rows_[at_++]);
      const std::string name = std::string(charging::Table<Model>::name) + "/" + row.id.str();
      const auto outcome = reseal(vault_, row);
      if (outcome == Resealed::something) return put(std::move(row), name);
      if (outcome == Resealed::nothing)
        came_to_.current += 1;
      else
        came_to_.unreadable.push_back(name);
    }
    done_(std::move(came_to_));
  }
  void put(Model row, std::string name) {
    const auto base = row.updated_at;
    store_.template editable<Model>().put(
        std::move(row), base, time_.now(),
        [self = this->shared_from_this(), name = std::move(name)](Result<Model> stored) mutable {
          if (!stored && stored.error().kind != ErrorKind::conflict)
            return self->done_(std::unexpected(std::move(stored.error())));
          if (stored)
            self->came_to_.resealed += 1;
          else
            self->came_to_.overtaken.push_back(std::move(name));
          self->go_on();
        });
  }

  ports::ChargingStore& store_;
  ports::Timekeeper& time_;
  const Vault& vault_;
  std::string prefix_;
  std::string after_all_;
  ports::Done<Result<Rekeyed>> done_;
  std::vector<Model> rows_;
  std::size_t at_ = 0;
  Rekeyed came_to_;
};

}  // namespace

void rekey_page(ports::ChargingStore& store, ports::Timekeeper& time, const Vault& vault,
                const std::string& cursor, ports::Done<Result<Rekeyed>> done) {
  if (cursor.empty() || cursor.starts_with(kCredentials))
    return std::make_shared<Walk<Credential>>(store, time, vault, kCredentials, std::string(kSubscriptions),
                                              std::move(done))
        ->begin(cursor.empty() ? cursor : cursor.substr(kCredentials.size()));
  if (cursor.starts_with(kSubscriptions))
    return std::make_shared<Walk<ClientService>>(store, time, vault, kSubscriptions, std::string(),
                                                 std::move(done))
        ->begin(cursor.substr(kSubscriptions.size()));
  done(fail(ErrorKind::invalid, "credential", "the cursor is not one of ours"));
}

}  // namespace contactor::engine
