#pragma once

#include <optional>

#include "engine/engine_fixture.h"
#include "gateways/fcm/gateway.h"
#include "gateways/iot_api/gateway.h"
#include "gateways/stripe/gateway.h"
#include "world/world.h"

namespace contactor::upstream {

/// How one exchange goes wrong.
struct Mishap {
  Result<ports::HttpResponse> answer;
  bool arrives = false;  ///< the other side acts on the request before the answer is spoilt
  Millis after = Millis(5);
  /// What becomes of the body once the command's id stands in it.
  std::string (*garble)(std::string) = nullptr;
};
[[nodiscard]] Mishap answers(int status, std::string body = {}, std::vector<ports::HttpHeader> headers = {});
[[nodiscard]] Mishap breaks(ErrorKind kind, Applied applied, bool arrives = false, Millis after = Millis(5));

/// The wires to the world; a test may spoil any exchange.
class Wire final : public ports::HttpTransport {
 public:
  Wire(world::World& world, engine::testing::ManualTime& time) : world_(world), time_(time) {}
  void send(ports::HttpRequest request, ports::Done<Result<ports::HttpResponse>> done) override;

  std::function<std::optional<Mishap>(const ports::HttpRequest&)> spoil;
  std::function<void()> after_arrival;  ///< the world may have something to do by itself now
  std::vector<ports::HttpRequest> sent;

 private:
  world::World& world_;
  engine::testing::ManualTime& time_;
};

template <class Message, class Port>
class Channel final : public Port {
 public:
  void send(Message message, Instant, ports::Done<Status> done) override {
    tried.push_back(message);
    done(outcome ? outcome(message) : Status());
  }
  std::vector<Message> tried;
  std::function<Status(const Message&)> outcome;
};

struct RigParams {
  bool callbacks = false;
  /// The real gateway instead of the channel that the test looks into.
  std::optional<gateways::fcm::ServiceAccount> push_account;
  ports::Mail* mail = nullptr;
};

/// The real engine, store and gateways in front of the model of the foreign systems, on time that a test
/// moves.
class Rig {
 public:
  explicit Rig(RigParams params = {});
  ActivationId order(ota::Order order = ota::testing::an_order());
  /// Spoils configure requests: the first `times` of them. `$ID` in a body becomes the command's id.
  void spoil_configure(Mishap mishap, int times);
  /// Spoils everything whose address holds `part`, until told otherwise.
  void spoil_all(std::string part, Mishap mishap);
  void calm_down() { wire.spoil = nullptr; }
  void pass(Millis span) { time.run_for(span); }

  [[nodiscard]] const ota::Activation& at(ActivationId id) const;
  [[nodiscard]] std::size_t configures() const;  ///< configure requests that left us
  [[nodiscard]] std::size_t requests(std::string_view part) const;
  [[nodiscard]] std::size_t money(world::MoneyEffectKind kind) const;
  [[nodiscard]] bool feature_on() const;

  engine::testing::ManualTime time;
  engine::testing::CountingEntropy entropy;
  store::memory::Disk disk;
  world::World world;
  Wire wire{world, time};
  Channel<ports::MailMessage, ports::Mail> mail;
  Channel<ports::PushMessage, ports::Push> push;
  std::vector<int> callback_answers;
  /// What a callback's receiver answers; the API's route does the same with the outcome.
  int call_back(const ports::HttpRequest& request);
  int call_back(std::string_view command_id, std::string_view vin, std::string_view status,
                std::uint64_t generation, std::string_view secret, Millis age = Millis(0));
  /// The same with a body of the test's own.
  int signed_callback(std::string body, std::string_view secret, Millis age = Millis(0));
  int payment_event(std::string_view event_id, std::string_view transaction_id, std::string_view type,
                    std::string_view secret, Millis age = Millis(0));
  std::vector<Secret> callback_secrets;
  std::vector<Secret> event_secrets;

 private:
  void run_world();
  store::memory::Store store_{disk, time};
  gateways::iot_api::Gateway iot_;
  gateways::stripe::Gateway stripe_;
  std::optional<gateways::fcm::Gateway> fcm_;

 public:
  std::unique_ptr<engine::Engine> engine;  ///< last: it goes before what it acts through
};

/// The end that an activation must have, and what it may cost.
struct Ending {
  ota::State state;
  ota::MoneyState money;
  std::size_t tickets;
};
inline constexpr Ending kDelivered{ota::State::Active, ota::MoneyState::captured, 0};
inline constexpr Ending kNotDelivered{ota::State::Failed, ota::MoneyState::released, 1};
void expect_ending(const Rig& rig, ActivationId id, const Ending& ending);

}  // namespace contactor::upstream
