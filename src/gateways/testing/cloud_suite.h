#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateways/testing/world_transport.h"
#include "ports/oem_cloud.h"

namespace contactor::gateways::testing {

/// What a gateway needs to reach its model.
struct CloudParts {
  ports::HttpTransport& transport;
  ports::Timekeeper& timekeeper;
  std::string base_url;           ///< "https://sim.test/tesla"
  std::string auth_url;           ///< "https://sim.test/tesla-auth"
  const world::FleetParams& ids;  ///< what the model believes
  world::World& world;            ///< for what people do at the cloud beforehand
};

/// What the suite knows of one cloud.
struct CloudKind {
  std::string name;    ///< "Tesla"
  std::string prefix;  ///< of its model, "tesla"
  std::string make;
  std::string vin_start;             ///< at most 14 characters
  std::vector<std::string> reasons;  ///< every key that a refusal may have
  std::function<std::unique_ptr<ports::OemCloud>(CloudParts)> make_cloud;
  std::string fleet = {};                    ///< where credentials belong to fleets
  std::string login = "-auth/";              ///< part of the URL of every login, and of nothing else
  std::size_t logins = 1;                    ///< requests that one login takes
  bool logs_in_for_each_vehicle = false;     ///< where each has an owner of its own
  Millis patience = std::chrono::hours(72);  ///< until a prompt vehicle is as it was asked for
  Millis look_every = std::chrono::minutes(30);
  /// What a change is answered with names its vehicle, so that one left out is noticed.
  bool answers_name_vehicles = true;
  bool tells_refusals = true;        ///< false: a vehicle that is not eligible merely stays inactive
  bool tells_of_empty_lists = true;  ///< false: its list is a bare array, and an empty one says "none"
  /// Changes the world before the test; null: nothing.
  std::function<void(world::WorldParams&)> prepare = {};

  friend void PrintTo(const CloudKind& kind, std::ostream* out) { *out << kind.name; }
};

/// What every gateway to a car maker's cloud must do, against the model of that cloud. Its tests stand in
/// cloud_suite.cpp; use it by
/// `INSTANTIATE_TEST_SUITE_P(Tesla, CloudSuite, ::testing::Values(a_kind()), name_of_kind);`
class CloudSuite : public ::testing::TestWithParam<CloudKind> {
 protected:
  /// One world, one time, one gateway.
  class Bench {
   public:
    Bench(const CloudKind& kind, std::uint64_t seed, const world::FaultPlan& faults = {});

    enum class Call : std::uint8_t { observe, activate, deactivate };
    /// Makes one call and waits; a call that answers never, twice, or with another number of answers is a
    /// failure of the test.
    ports::CloudAnswers ask(Call call, const std::vector<ports::CloudSubject>& subjects);
    Result<fleet::CloudState> ask(Call call, const ports::CloudSubject& subject);
    Status check();
    void pass(Millis time) { time_.advance(time); }
    [[nodiscard]] Instant now() const { return time_.now(); }
    /// Asks as a run would, looks, and asks again, until the vehicle is as wanted, is refused, or patience
    /// ends. @return  the last answer
    Result<fleet::CloudState> strive(const ports::CloudSubject& subject, bool active);
    [[nodiscard]] ports::CloudSubject subject(int number) const;
    void pin(const ports::CloudSubject& subject, world::Temper temper) {
      model().pin_temper(subject.vin, temper);
    }
    [[nodiscard]] bool is_active(const ports::CloudSubject& subject);
    [[nodiscard]] std::size_t changes() { return model().changes().size(); }
    [[nodiscard]] std::size_t logins() const { return transport_.sent_to(kind_.login); }
    [[nodiscard]] world::Cloud& model();
    [[nodiscard]] world::World& world() { return world_; }
    [[nodiscard]] WorldTransport& transport() { return transport_; }
    [[nodiscard]] ports::OemCloud& cloud() { return *cloud_; }
    /// Another process: it knows no token.
    void restart();

   private:
    [[nodiscard]] bool is_final(const Result<fleet::CloudState>& answer) const;
    [[nodiscard]] static bool wants_change(const Result<fleet::CloudState>& answer, bool active);
    const CloudKind& kind_;
    world::World world_;
    ManualTimekeeper time_;
    WorldTransport transport_;
    std::unique_ptr<ports::OemCloud> cloud_;
  };

  [[nodiscard]] const CloudKind& kind() const { return GetParam(); }
  [[nodiscard]] bool is_reason(const std::string& key) const;
  /// The answer claims nothing that is not so. @param was_active  when the call began
  void expect_no_lie(Bench& bench, const ports::CloudSubject& subject,
                     const Result<fleet::CloudState>& answer, bool was_active, std::size_t changes_before);
  void break_each_step(Bench::Call call, bool active_before);
};

/// Longer than any call may take, whatever is lost on the way.
inline constexpr Millis kCallMax = std::chrono::hours(1);

[[nodiscard]] inline bool is(const Result<fleet::CloudState>& answer, fleet::Standing standing) {
  return answer && answer->standing == standing;
}
[[nodiscard]] std::string shown(const Result<fleet::CloudState>& answer);
[[nodiscard]] inline std::string name_of_kind(const ::testing::TestParamInfo<CloudKind>& info) {
  return info.param.name;
}

}  // namespace contactor::gateways::testing
