#include "engine/fleet/owner_book.h"

#include <fmt/format.h>

namespace contactor::engine {
namespace {

/// Longer than two logins and a commit take.
constexpr Millis kLoan = std::chrono::minutes(2);
/// A commit that begins later may be seen after the next borrower has read the row.
constexpr Millis kCommit = std::chrono::seconds(20);

std::string lease_of(const Vin& vin) { return fmt::format("tesla-owner:{}", vin.str()); }

std::unexpected<Error> taken(std::string detail) {
  return fail(Error{.kind = ErrorKind::conflict,
                    .applied = Applied::no,
                    .retry_after = kLoan,
                    .origin = "tesla",
                    .detail = std::move(detail)});
}

ports::TeslaOwner owner_of(const ports::StoredTeslaOwner& row, OwnerSecrets secrets) {
  return {.vin = row.vin,
          .region = parse_tesla_region(row.region).value_or(ports::TeslaRegion::europe),
          .code = std::move(secrets.code),
          .redirect_uri = row.callback_url,
          .tokens = std::move(secrets.tokens)};
}

}  // namespace

Result<OwnerBook::Owner> OwnerBook::opened(const std::optional<ports::StoredTeslaOwner>& row) const {
  if (!row) return Owner();
  CTR_TRY(secrets, open_secrets(params_.vault, *row));
  return Owner(owner_of(*row, std::move(secrets)));
}

void OwnerBook::read(Vin vin, ports::Done<Result<Owner>> done) {
  params_.store.find_tesla_owner(vin, [self = std::weak_ptr(self_), done = std::move(done)](
                                          Result<std::optional<ports::StoredTeslaOwner>> row) mutable {
    const auto still = self.lock();
    if (!still) return;
    if (!row) return done(fail(std::move(row.error())));
    done((*still)->opened(*row));
  });
}

void OwnerBook::borrow(Vin vin, ports::Done<Result<Owner>> done) {
  // To its own holder a lease would be granted twice.
  const bool is_free =
      loans_.try_emplace(vin, Loan{.safe_until = {}, .row = {.vin = vin}, .secrets = {}}).second;
  if (!is_free) return done(taken("a login of this vehicle's owner is under way"));
  const Millis asked_at = params_.time.monotonic();
  params_.store.claim(lease_of(vin), params_.holder, kLoan,
                      [self = std::weak_ptr(self_), vin, asked_at,
                       done = std::move(done)](Result<ports::FleetLease> lease) mutable {
                        const auto still = self.lock();
                        if (!still) return;
                        if (lease && lease->granted) return (*still)->lend(vin, asked_at, std::move(done));
                        (*still)->loans_.erase(vin);
                        if (!lease) return done(fail(std::move(lease.error())));
                        done(taken("a login of this vehicle's owner is under way at " + lease->holder));
                      });
}

/// What is lent is read after the lease was granted: whatever another login has brought is in it.
void OwnerBook::lend(Vin vin, Millis asked_at, ports::Done<Result<Owner>> done) {
  params_.store.find_tesla_owner(vin, [self = std::weak_ptr(self_), vin, asked_at, done = std::move(done)](
                                          Result<std::optional<ports::StoredTeslaOwner>> row) mutable {
    const auto still = self.lock();
    if (!still) return;
    OwnerBook& book = **still;
    auto owner = row ? book.opened(*row) : Result<Owner>(fail(std::move(row.error())));
    if (!owner) book.give_back(vin);
    if (owner && *owner) {
      Loan& loan = book.loans_.at(vin);
      loan.safe_until = asked_at + kLoan - kCommit;
      loan.secrets = open_secrets(book.params_.vault, **row).value();
      loan.row = std::move(**row);
    }
    done(std::move(owner));
  });
}

void OwnerBook::keep(Vin vin, ports::OwnerTokens tokens, ports::Done<Status> done) {
  OwnerSecrets secrets = loans_.at(vin).secrets;
  if (!secrets.code.empty()) secrets.used_code = digest_of_code(secrets.code);
  secrets.code = Secret();
  secrets.tokens = std::move(tokens);
  store(vin, std::move(secrets), std::move(done));
}

void OwnerBook::drop_code(Vin vin, ports::Done<Status> done) {
  OwnerSecrets secrets = loans_.at(vin).secrets;
  secrets.used_code = digest_of_code(secrets.code);
  secrets.code = Secret();
  store(vin, std::move(secrets), std::move(done));
}

void OwnerBook::store(Vin vin, OwnerSecrets secrets, ports::Done<Status> done) {
  Loan& loan = loans_.at(vin);
  if (params_.time.monotonic() >= loan.safe_until)
    return done(taken("the login took so long that another one may have begun"));
  ports::StoredTeslaOwner row = loan.row;
  row.version += 1;
  seal_secrets(params_.vault, secrets, row);
  params_.store.put_tesla_owner(row, [self = std::weak_ptr(self_), row, secrets = std::move(secrets),
                                      done = std::move(done)](Status stored) mutable {
    const auto still = self.lock();
    if (!still) return;
    const auto lent = (*still)->loans_.find(row.vin);
    if (stored && lent != (*still)->loans_.end()) {
      lent->second.row = std::move(row);
      lent->second.secrets = std::move(secrets);
    }
    done(std::move(stored));
  });
}

void OwnerBook::give_back(Vin vin) {
  if (loans_.erase(vin) > 0) params_.store.release(lease_of(vin), params_.holder, [](Status) {});
}

}  // namespace contactor::engine
