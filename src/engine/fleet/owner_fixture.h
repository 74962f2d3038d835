#pragma once

#include "engine/fleet/fleet_fixture.h"
#include "engine/fleet/owner_book.h"
#include "engine/fleet/owner_intake.h"

namespace contactor::engine::testing {

/// Owners of single Teslas on the memory store.
class OwnerTest : public FleetRuns {
 protected:
  static constexpr std::string_view kTesla = "5YJ";

  static OwnerEntry entry(std::string code, int number = 1) {
    return {.vin = vin_of(kTesla, number),
            .name = "Ada",
            .email = "ada@example.org",
            .region = ports::TeslaRegion::north_america,
            .code = Secret(std::move(code)),
            .callback_url = "https://example.org/back"};
  }

  WishOutcome enter(OwnerEntry entry) {
    std::vector<WishOutcome> outcomes;
    put_owners({.store = fleet_store_, .time = time_, .vault = vault_, .fleet = "individual", .who = "test"},
               {std::move(entry)}, [&](Result<std::vector<WishOutcome>> put) {
                 ASSERT_TRUE(put) << put.error().message();
                 outcomes = std::move(*put);
               });
    time_.run_for(std::chrono::seconds(1));
    return outcomes.empty() ? WishOutcome{} : outcomes.front();
  }

  std::unique_ptr<OwnerBook> make_book(std::string holder) {
    return std::make_unique<OwnerBook>(OwnerBook::Params{
        .store = fleet_store_, .time = time_, .vault = vault_, .holder = std::move(holder)});
  }

  /// Calls, and waits for the answer.
  template <class Answer, class Call>
  Answer await(Call call) {
    std::optional<Answer> answer;
    call([&](Answer got) { answer = std::move(got); });
    time_.run_for(std::chrono::seconds(1));
    CTR_ASSERT(answer.has_value());
    return std::move(*answer);
  }
  Result<OwnerBook::Owner> read(OwnerBook& book) {
    return await<Result<OwnerBook::Owner>>([&](auto done) { book.read(vin_, std::move(done)); });
  }
  Result<OwnerBook::Owner> borrow(OwnerBook& book) {
    return await<Result<OwnerBook::Owner>>([&](auto done) { book.borrow(vin_, std::move(done)); });
  }
  Status keep(OwnerBook& book, std::string refresh_token) {
    return await<Status>([&](auto done) {
      book.keep(vin_,
                {.access_token = Secret("access"),
                 .expires_at = time_.now() + std::chrono::hours(8),
                 .refresh_token = Secret(std::move(refresh_token))},
                std::move(done));
    });
  }

  const Vin vin_ = vin_of(kTesla, 1);
  Vault vault_{*crypto::SealKey::from_bytes(std::string(32, 'k'))};
  std::unique_ptr<OwnerBook> book_ = make_book("here:1");
};

}  // namespace contactor::engine::testing
