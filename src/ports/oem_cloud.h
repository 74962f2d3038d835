#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fleet/enrich.h"
#include "fleet/vehicle.h"
#include "ports/http.h"

namespace contactor::ports {

/// One vehicle that a cloud is asked about.
struct CloudSubject {
  Vin vin;
  std::string make;    ///< lower case, as in the table of makes
  std::string fleet;   ///< whose credential, where a cloud has one a fleet
  std::string handle;  ///< what the cloud calls its contract; empty: not known
  std::string key;     ///< of the intent, equal for every repeat of it; empty where nothing is changed
};

/// One answer for each subject, in their order. What an HTTP status says of a whole call is never taken for
/// the fate of one vehicle: one that the answer leaves out is `Standing::unknown`.
using CloudAnswers = std::vector<Result<fleet::CloudState>>;

/// How much a cloud takes at a time.
struct CloudLimits {
  std::size_t observed_at_once = 1;  ///< subjects in one call of `observe`; a cloud that lists takes all
  std::size_t changed_at_once = 1;   ///< subjects in one call of `activate` or `deactivate`
  std::size_t calls_at_once = 8;     ///< calls in flight, of all kinds together
};

/// A car maker's cloud. Holds its own access tokens: refreshed early and once, renewed after one 401. Each
/// call is one attempt: pausing, repeating and giving up belong to the run. Sequences that one answer needs
/// (pages, verification codes, a second consent) are done inside. Thread: the engine's.
///
/// @errors  of one answer: unauthorized (our credential), rate_limited and unavailable and timed_out (later;
///          `retry_after` where it was told), protocol (makes no sense), conflict (this vehicle's
///          state forbids it until `retry_after`). `applied` is `no` only where the cloud certainly did
///          nothing. A refusal of the vehicle itself is no error but `Standing::refused`, and "already so" is
///          no error but the standing it describes.
class OemCloud {
 public:
  virtual ~OemCloud() = default;
  [[nodiscard]] virtual fleet::Oem oem() const = 0;
  [[nodiscard]] virtual CloudLimits limits() const = 0;

  /// What the cloud has of these vehicles. Changes nothing.
  virtual void observe(std::vector<CloudSubject> subjects, Done<CloudAnswers> done) = 0;
  /// Asks for data. Safe to repeat with the same key. What is answered is what the cloud said to this call:
  /// mostly `pending`; the next look decides.
  virtual void activate(std::vector<CloudSubject> subjects, Done<CloudAnswers> done) = 0;
  virtual void deactivate(std::vector<CloudSubject> subjects, Done<CloudAnswers> done) = 0;
  /// The model, as the maker knows it. @errors  not_found: this cloud tells no models.
  virtual void describe(CloudSubject subject, Done<Result<fleet::ModelFacts>> done) {
    static_cast<void>(subject);
    done(fail(ErrorKind::not_found, "fleet", "this cloud tells no models"));
  }
  /// Logs in and reads the least there is: for `doctor`.
  virtual void check(Done<Status> done) = 0;
};

}  // namespace contactor::ports
