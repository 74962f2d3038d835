#pragma once

#include "checkers/evidence.h"

namespace contactor::sim {

/// N1 to N4 and S12: what customers were told was decided before, true when it was told, and not told too
/// often.
class NoticeChecker {
 public:
  explicit NoticeChecker(Evidence& evidence) : evidence_(evidence) {}
  void sent(std::string_view key);
  /// Reads what is new in mailbox and push service.
  void look();
  void confirmation_acknowledged(std::string_view command_id);
  void at_end();

 private:
  void mail(const world::MailReceived& mail);
  [[nodiscard]] bool is_paid_or_held(const ota::Activation& row) const;

  Evidence& evidence_;
  std::size_t mails_seen_ = 0;
  std::size_t pushes_seen_ = 0;
  std::map<std::string, int> received_;        ///< by key
  std::set<ActivationId> late_confirmations_;  ///< acknowledged after the end
};

}  // namespace contactor::sim
