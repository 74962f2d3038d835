#pragma once

#include "checkers/evidence.h"

namespace contactor::sim {

/// M1, M3 to M8 and M12: money follows the car, each movement happens once, and nothing is assumed of the
/// provider.
class MoneyChecker {
 public:
  explicit MoneyChecker(Evidence& evidence) : evidence_(evidence) {}
  void step(ActivationId id);
  /// Reads what is new in the provider's and the shop's books.
  void look();
  void request_sent(const ports::HttpRequest& request);
  void request_ended(const ports::HttpRequest& request, const ports::HttpResponse* response);
  void at_end();

 private:
  struct Sums {
    std::int64_t authorized = 0, captured = 0, refunded = 0;
    int captures = 0, open_refunds = 0;
  };
  /// One key, as it went over the wire.
  struct Asked {
    bool open = false;  ///< sent, and neither answered nor looked up since
    bool answered_ok = false;
    Instant first_at;  ///< since the last look-up
  };
  void effect(const world::MoneyEffect& effect);
  void captured(const world::MoneyEffect& effect);
  void shop_notice(const world::ShopNotice& notice);
  void looked_up(const std::string& payment);
  void books(const ota::Activation& row);
  void shop_books(const ota::Activation& row);
  [[nodiscard]] ActivationId owner_of(const std::string& payment) const;

  Evidence& evidence_;
  std::size_t effects_seen_ = 0;
  std::size_t notices_seen_ = 0;
  std::unordered_map<std::string, Sums> sums_;
  std::unordered_map<std::string, Asked> asked_;  ///< by idempotency key
  std::unordered_map<std::string, bool>
      answers_;  ///< by payment: the provider has ever said something definite
  std::unordered_map<ActivationId, ota::MoneyState> money_;
  std::unordered_map<std::string, int> shop_captures_, shop_reversals_;
};

}  // namespace contactor::sim
