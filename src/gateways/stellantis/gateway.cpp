#include "gateways/stellantis/gateway.h"

#include <algorithm>

#include "gateways/oauth/authorized_send.h"
#include "gateways/stellantis/auth.h"
#include "gateways/stellantis/endpoints.h"
#include "gateways/stellantis/wire.h"

namespace contactor::gateways::stellantis {
namespace {

using fleet::CloudState;
using fleet::Standing;
using ports::CloudSubject;

constexpr std::size_t kContractsMax = 1'000'000;

std::vector<Vin> vins_of(const std::vector<CloudSubject>& subjects) {
  std::vector<Vin> vins;
  for (const auto& subject : subjects) vins.push_back(subject.vin);
  return vins;
}

CloudState state(Standing standing, std::string reason = {}, std::string detail = {}) {
  return {.standing = standing, .reason = std::move(reason), .detail = std::move(detail), .handle = {}};
}

/// A call that only reads changed nothing, whatever became of it.
Error nothing_done(Error error) {
  error.applied = Applied::no;
  return error;
}

}  // namespace

/// All pages, until one is empty: how many contracts a page holds at most is the cloud's to say.
struct Gateway::Listing {
  ByVin found;
  std::optional<Vin> only;
  std::size_t skip = 0;
  std::string last_first_id;
  ports::Done<Result<ByVin>> done;
};

Gateway::Gateway(GatewayParams params)
    : params_(std::move(params)),
      tokens_({.transport = params_.transport,
               .timekeeper = params_.timekeeper,
               .grant_request = login_request(
                   {.base_url = params_.base_url, .email = params_.email, .password = params_.password}),
               .read_grant = read_login}) {}

void Gateway::observe(std::vector<CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) {
  if (subjects.empty()) return done({});
  auto vins = vins_of(subjects);
  auto listing = std::make_unique<Listing>();
  for (const Vin& vin : vins) listing->found.try_emplace(vin);
  listing->done = [this, vins = std::move(vins), done = std::move(done)](Result<ByVin> found) mutable {
    if (!found) return done(ports::fail_all(vins.size(), found.error()));
    ports::CloudAnswers answers;
    for (const Vin& vin : vins) answers.emplace_back(standing_of(found->at(vin), now()));
    done(std::move(answers));
  };
  list(std::move(listing));
}

void Gateway::activate(std::vector<CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) {
  if (subjects.empty()) return done({});
  auto request = eligibility_request(params_.base_url, vins_of(subjects));
  send(std::move(request),
       [this, subjects = std::move(subjects), done = std::move(done)](Response response) mutable {
         auto eligible = response ? read_eligibility(*response, now()) : fail(std::move(response.error()));
         if (!eligible) return done(ports::fail_all(subjects.size(), nothing_done(eligible.error())));
         ports::answer_each(
             std::move(subjects),
             [this, &eligible](const CloudSubject& subject, ports::Done<Answer> one) {
               const auto told = eligible->find(subject.vin);
               if (told == eligible->end())
                 return one(state(Standing::unknown, "left_out", "the eligibility answer leaves it out"));
               if (told->second) return one(state(Standing::refused, "not_eligible", *told->second));
               create(subject, std::move(one));
             },
             std::move(done));
       });
}

void Gateway::create(const CloudSubject& subject, ports::Done<Answer> done) {
  auto request = create_request(params_.base_url, params_.company, subject.vin, subject.key, now());
  send(std::move(request), [this, vin = subject.vin, done = std::move(done)](Response response) mutable {
    auto created = response ? read_created(*response, vin, now()) : fail(std::move(response.error()));
    if (!created) return done(fail(std::move(created.error())));
    if (created->refusal) return done(std::move(*created->refusal));
    if (created->is_taken) return explain_taken(vin, std::move(done));
    join(standing_of({*created->contract}, now()), std::move(done));
  });
}

void Gateway::explain_taken(const Vin& vin, ports::Done<Answer> done) {
  list_one(vin, [this, done = std::move(done)](Result<Contracts> contracts) mutable {
    if (!contracts)
      return done(state(Standing::pending, "contract_in_progress",
                        "a contract is under way; " + contracts.error().detail));
    auto known = standing_of(*contracts, now());
    const bool is_ours = known.standing == Standing::active || known.standing == Standing::pending;
    if (is_ours) return join(std::move(known), std::move(done));
    if (known.standing == Standing::ending) return done(std::move(known));
    done(state(Standing::refused, "other_contract", "409, and no contract of ours is under way"));
  });
}

void Gateway::join(CloudState state, ports::Done<Answer> done) {
  const bool is_live = state.standing == Standing::active || state.standing == Standing::pending;
  if (!is_live || params_.fleet_id.empty() || state.handle.empty()) return done(std::move(state));
  auto request = join_request(params_.base_url, params_.fleet_id, state.handle);
  send(std::move(request), [this, state = std::move(state),
                            done = std::move(done)](Response response) mutable {
    const auto joined = response ? read_joined(*response, now()) : Status(fail(std::move(response.error())));
    if (!joined) {
      state.reason = "not_in_fleet";
      state.detail += "; not put into its fleet: " + joined.error().detail;
    }
    done(std::move(state));
  });
}

void Gateway::deactivate(std::vector<CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) {
  ports::answer_each(
      std::move(subjects),
      [this](const CloudSubject& subject, ports::Done<Answer> one) {
        deactivate_one(subject, std::move(one));
      },
      std::move(done));
}

void Gateway::deactivate_one(const CloudSubject& subject, ports::Done<Answer> done) {
  list_one(subject.vin,
           [this, handle = subject.handle, done = std::move(done)](Result<Contracts> contracts) mutable {
             if (!contracts) return done(fail(nothing_done(std::move(contracts.error()))));
             std::vector<std::string> ids;
             for (const auto& contract : *contracts)
               if (is_live(contract, now())) ids.push_back(contract.id);
             // One that we know of and the list does not: the list may lag behind.
             const bool is_listed = std::ranges::any_of(
                 *contracts, [&](const Contract& contract) { return contract.id == handle; });
             if (!handle.empty() && !is_listed) ids.push_back(handle);
             auto reached = standing_of(*contracts, now());
             // What is not under way any more is no live contract, whatever it was called.
             if (reached.standing != Standing::ending) reached.standing = Standing::inactive;
             reached.reason.clear();
             delete_all(std::move(ids), std::move(reached), std::move(done));
           });
}

void Gateway::delete_all(std::vector<std::string> ids, CloudState reached, ports::Done<Answer> done) {
  if (ids.empty()) return done(std::move(reached));
  const std::string id = std::move(ids.back());
  ids.pop_back();
  send(delete_request(params_.base_url, id), [this, id, ids = std::move(ids), reached = std::move(reached),
                                              done = std::move(done)](Response response) mutable {
    auto deleted = response ? read_deleted(*response, now()) : fail(std::move(response.error()));
    if (!deleted) {
      // Another contract of the same vehicle is already on its way out.
      if (reached.standing == Standing::ending) deleted.error().applied = Applied::maybe;
      return done(fail(std::move(deleted.error())));
    }
    if (*deleted == Standing::ending) {
      reached.standing = Standing::ending;
      reached.handle = id;
    }
    delete_all(std::move(ids), std::move(reached), std::move(done));
  });
}

void Gateway::check(ports::Done<Status> done) {
  send(contracts_request(params_.base_url, 0, 1, nullptr),
       [this, done = std::move(done)](Response response) mutable {
         const auto page = response ? read_page(*response, now()) : fail(std::move(response.error()));
         done(page ? Status() : Status(fail(page.error())));
       });
}

void Gateway::list_one(const Vin& vin, ports::Done<Result<Contracts>> done) {
  auto listing = std::make_unique<Listing>();
  listing->found.try_emplace(vin);
  listing->only = vin;
  listing->done = [vin, done = std::move(done)](Result<ByVin> found) mutable {
    if (!found) return done(fail(std::move(found.error())));
    done(std::move(found->at(vin)));
  };
  list(std::move(listing));
}

void Gateway::list(std::unique_ptr<Listing> listing) {
  auto request = contracts_request(params_.base_url, listing->skip, params_.page_limit,
                                   listing->only ? &*listing->only : nullptr);
  send(std::move(request), [this, listing = std::move(listing)](Response response) mutable {
    take_page(std::move(listing), std::move(response));
  });
}

void Gateway::take_page(std::unique_ptr<Listing> listing, Response response) {
  auto page = response ? read_page(*response, now()) : fail(std::move(response.error()));
  if (!page) return listing->done(fail(nothing_done(std::move(page.error()))));
  if (page->items == 0) return listing->done(std::move(listing->found));
  if (page->first_id == listing->last_first_id || listing->skip + page->items > kContractsMax)
    return listing->done(fail(ErrorKind::protocol, "stellantis", "the list of contracts never ends"));
  for (auto& contract : page->contracts)
    if (const auto place = listing->found.find(contract.vin); place != listing->found.end())
      place->second.push_back(std::move(contract));
  listing->skip += page->items;
  listing->last_first_id = std::move(page->first_id);
  list(std::move(listing));
}

void Gateway::send(ports::HttpRequest request, ports::Done<Response> done) {
  request.respond_by = now() + params_.call_timeout;
  oauth::send_authorized(tokens_, params_.transport, std::move(request), {}, std::move(done));
}

}  // namespace contactor::gateways::stellantis
