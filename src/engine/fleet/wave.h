#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/fleet/cloud_access.h"
#include "engine/fleet/survey.h"

namespace contactor::engine {

/// One vehicle of a wave.
struct WaveItem {
  Surveyed at;
  bool was_on = false;
  bool acted = false;
  bool is_stale = false;  ///< somebody else wrote it meanwhile: left to the next run
  std::uint8_t looks = 0;
  Instant due_at;       ///< of the next round; never: none in this run
  std::string trouble;  ///< the last error, for people
  fleet::Decision decision{.action = fleet::Action::look, .why = fleet::Why::never_read, .again_at = {}};
};

/// Some vehicles of one cloud, brought to what is wanted of them in rounds of look, decide and act.
///
/// A vehicle is looked at; what the difference asks for is committed as an intent, then the cloud is called,
/// then what it said is committed. What was just asked for is looked at again a little later; until then
/// another wave has the cloud's places. Over once every vehicle has come to its end for this run.
class Wave {
 public:
  explicit Wave(CloudAccess& cloud) : cloud_(cloud) {}

  /// @param done  whether they could be read; the wave is over where not.
  void load(std::vector<Vin> vins, std::move_only_function<void(Status)> done);
  /// Starts what may be started, and steps on where nothing is left to wait for.
  void turn();
  [[nodiscard]] bool is_over() const { return phase_ == Phase::over; }
  /// Has nothing to begin and nothing on its way to the store: places that are free are for another wave.
  [[nodiscard]] bool leaves_places() const;
  [[nodiscard]] const std::vector<WaveItem>& items() const { return items_; }

 private:
  using Index = std::uint32_t;
  enum class Phase : std::uint8_t { loading, looking, acting, resting, enriching, over };
  /// What a call is for.
  enum class Kind : std::uint8_t { look, activate, deactivate };

  // wave.cpp: rounds
  void begin_round();
  void act();
  void end_round();
  void rest_until(Instant at);
  void refresh(WaveItem& item) const;
  [[nodiscard]] Instant next_look(WaveItem& item) const;
  void drop_queues();

  // wave_calls.cpp: what is in flight
  void prepare();
  void launch();
  void call(Kind kind, std::vector<Index> indexes);
  void answered(Kind kind, const std::vector<Index>& indexes, ports::CloudAnswers answers);
  void take_answer(Kind kind, Index index, const Result<fleet::CloudState>& answer);
  void commit(Index index, fleet::Step step, std::move_only_function<void(bool)> then);
  void intend(Index index);
  [[nodiscard]] ports::CloudSubject subject_of(const WaveItem& item) const;

  // enrichment.cpp
  void enrich();
  void describe(Index index);
  void described(Index index, Result<fleet::ModelFacts> facts);
  void put_new_model(Index index, const fleet::ModelFacts& facts);
  void link_model(Index index, std::int64_t model_id, bool by_hand);

  [[nodiscard]] bool has_queued() const;
  [[nodiscard]] Instant now() const { return cloud_.now(); }

  CloudAccess& cloud_;
  std::vector<WaveItem> items_;
  std::vector<Index> round_;
  Phase phase_ = Phase::loading;
  std::deque<Index> to_look_;
  std::deque<Index> to_intend_;
  std::deque<Index> ready_to_activate_;
  std::deque<Index> ready_to_deactivate_;
  std::deque<Index> to_describe_;
  std::size_t in_flight_ = 0;
  std::size_t committing_ = 0;
  std::size_t intending_ = 0;  ///< of those: intents
  std::shared_ptr<Wave*> self_ = std::make_shared<Wave*>(this);
};

}  // namespace contactor::engine
