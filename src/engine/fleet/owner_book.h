#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "engine/fleet/owner_secrets.h"
#include "ports/timekeeper.h"

namespace contactor::engine {

/// The consents of single Teslas' owners on a store: sealed in their rows, and lent to one login at a time by
/// a lease for each vehicle. Each write is fenced by the row's version as well, so that a login that outlived
/// its lease, and one that a new consent has overtaken, change nothing.
class OwnerBook final : public ports::OwnerConsents {
 public:
  struct Params {
    ports::FleetStore& store;
    ports::Timekeeper& time;
    const Vault& vault;
    std::string holder;  ///< this process, and no other
  };
  explicit OwnerBook(Params params) : params_(std::move(params)) {}

  using Owner = std::optional<ports::TeslaOwner>;
  void read(Vin vin, ports::Done<Result<Owner>> done) override;
  void borrow(Vin vin, ports::Done<Result<Owner>> done) override;
  void keep(Vin vin, ports::OwnerTokens tokens, ports::Done<Status> done) override;
  void drop_code(Vin vin, ports::Done<Status> done) override;
  void give_back(Vin vin) override;

 private:
  struct Loan {
    Millis safe_until{0};  ///< monotonic: afterwards somebody else may have it
    ports::StoredTeslaOwner row;
    OwnerSecrets secrets;
  };
  void lend(Vin vin, Millis asked_at, ports::Done<Result<Owner>> done);
  void store(Vin vin, OwnerSecrets secrets, ports::Done<Status> done);
  [[nodiscard]] Result<Owner> opened(const std::optional<ports::StoredTeslaOwner>& row) const;

  Params params_;
  std::unordered_map<Vin, Loan> loans_;
  std::shared_ptr<OwnerBook*> self_ = std::make_shared<OwnerBook*>(this);
};

}  // namespace contactor::engine
