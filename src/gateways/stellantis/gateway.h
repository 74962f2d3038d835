#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/secret.h"
#include "gateways/oauth/token_source.h"
#include "gateways/stellantis/contracts.h"
#include "ports/answer_each.h"
#include "ports/timekeeper.h"

namespace contactor::gateways::stellantis {

struct GatewayParams {
  ports::HttpTransport& transport;
  ports::Timekeeper& timekeeper;
  std::string base_url;
  std::string email;
  Secret password;
  std::string company;
  std::string fleet_id;          ///< empty: vehicles are put into no fleet
  std::size_t page_limit = 100;  ///< contracts asked for at once
  Millis call_timeout = std::chrono::seconds(30);
};

/// Mobilisights' cloud. One paged list of contracts answers for all subjects. Thread: the engine's. Must
/// outlive its transport's calls.
class Gateway : public ports::OemCloud {
 public:
  explicit Gateway(GatewayParams params);

  [[nodiscard]] fleet::Oem oem() const override { return fleet::Oem::stellantis; }
  [[nodiscard]] ports::CloudLimits limits() const override {
    return {.observed_at_once = 1'000'000, .changed_at_once = 10, .calls_at_once = 2};
  }
  void observe(std::vector<ports::CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) override;
  /// Asks who is eligible, then for a contract each, also beside one that ends soon.
  void activate(std::vector<ports::CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) override;
  /// Deletes every contract of the vehicle that lives.
  void deactivate(std::vector<ports::CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) override;
  void check(ports::Done<Status> done) override;

 private:
  using Answer = ports::CloudAnswer;
  using Response = Result<ports::HttpResponse>;
  using Contracts = std::vector<Contract>;
  using ByVin = std::map<Vin, Contracts>;
  struct Listing;

  void send(ports::HttpRequest request, ports::Done<Response> done);
  /// Reads all pages. @param vin  of this vehicle only; null: those that `found` has places for.
  void list(std::unique_ptr<Listing> listing);
  void take_page(std::unique_ptr<Listing> listing, Response response);
  void list_one(const Vin& vin, ports::Done<Result<Contracts>> done);
  void create(const ports::CloudSubject& subject, ports::Done<Answer> done);
  /// A contract is there already, ours or another party's.
  void explain_taken(const Vin& vin, ports::Done<Answer> done);
  void join(fleet::CloudState state, ports::Done<Answer> done);
  void deactivate_one(const ports::CloudSubject& subject, ports::Done<Answer> done);
  /// Deletes one after the other. @param reached  what has been reached so far
  void delete_all(std::vector<std::string> ids, fleet::CloudState reached, ports::Done<Answer> done);
  [[nodiscard]] Instant now() const { return params_.timekeeper.now(); }

  GatewayParams params_;
  oauth::TokenSource tokens_;
};

}  // namespace contactor::gateways::stellantis
