#pragma once

#include <array>
#include <istream>
#include <string>
#include <vector>

#include "app/store_session.h"
#include "charging/catalogue.h"
#include "charging_ocpi/ocpi.h"

namespace contactor::app {

/// One line of a file that was not taken, or was and is not used.
struct ToldLine {
  std::size_t line = 0;
  std::string why;
};

/// What became of a file of stats and events.
struct ChargingImported {
  std::uint64_t lines = 0;  ///< with a record on them
  std::uint64_t created = 0;
  std::uint64_t updated = 0;
  std::uint64_t unchanged = 0;
  std::uint64_t sessions_created = 0;
  std::uint64_t sessions_updated = 0;
  std::uint64_t sessions_withdrawn = 0;
  std::vector<ToldLine> bad;
  std::vector<ToldLine> quarantined;
  std::vector<ToldLine> without_charging;  ///< of OCPI: credits, reservations
};

/// Sends records to the API in bunches as they are read, so that a file of any size needs little memory.
class ChargingImport {
 public:
  explicit ChargingImport(StoreSession& session) : session_(session) {}

  /// @errors  those of the session, and a CSV header that is none; what was sent before is stored.
  [[nodiscard]] Status read_ndjson(std::istream& file);
  [[nodiscard]] Status read_csv(std::istream& file);
  /// A list of OCPI's, whole in memory; a line is an element of it here.
  /// @errors  those of the session, and a list that is none.
  [[nodiscard]] Status read_ocpi(std::istream& file, charging_ocpi::Object object);
  /// Sends what is left. @return  everything, bad lines in their order.
  [[nodiscard]] Result<ChargingImported> finish();

 private:
  struct Bunch {
    const charging::ModelInfo* model = nullptr;
    std::string body;
    std::vector<std::size_t> lines;  ///< of the file, one a line of the body
  };
  void take_line(std::size_t line, std::string_view text);
  void take(const charging::ModelInfo& model, std::size_t line, std::string_view json);
  void refuse(std::size_t line, std::string why);
  [[nodiscard]] Status send_full();
  [[nodiscard]] Status send(Bunch& bunch);
  void tell_progress();

  StoreSession& session_;
  std::array<Bunch, 2> bunches_;  ///< stats, events
  ChargingImported told_;
};

}  // namespace contactor::app
