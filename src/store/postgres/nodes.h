#pragma once

#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "ports/nodes.h"
#include "store/open.h"
#include "store/postgres/transactor.h"

namespace contactor::store::postgres {

struct Database;

/// Leases, heartbeats and letters, over a connection and a thread of their own: a beat does not wait behind
/// writes, and a letter is heard of at once.
class Nodes final : public ports::Nodes {
 public:
  /// @param process  never the same for two that ever use one database; `name_of_this_process()`.
  Nodes(const PostgresParams& params, std::shared_ptr<Database> database, std::string process);
  ~Nodes() override;
  Nodes(const Nodes&) = delete;
  Nodes& operator=(const Nodes&) = delete;

  void beat(ports::Heartbeat heartbeat, ports::Done<Result<ports::NodeView>> done) override;
  void send(ports::Letter letter, Millis patience, ports::Done<Result<std::string>> done) override;
  void receive(std::function<void(ports::Letter)> take) override;
  void answer(ports::Letter letter, ports::Done<Status> done) override;

 private:
  using Clock = std::chrono::steady_clock;
  using Task = std::move_only_function<void()>;
  struct Waiting {
    ports::Done<Result<std::string>> done;
    Clock::time_point until;
  };

  // On this object's own thread.
  void run();
  [[nodiscard]] std::vector<Task> queued();
  [[nodiscard]] Result<ports::NodeView> renew(const ports::Heartbeat& heartbeat);
  [[nodiscard]] std::expected<std::vector<Answer>, Refusal> try_to_renew(const ports::Heartbeat& heartbeat,
                                                                         std::string_view dead);
  [[nodiscard]] std::string process_called(const std::string& node);
  void post(const ports::Letter& letter, Clock::time_point until, ports::Done<Result<std::string>> done);
  void look_for_letters();
  void hand_out_letters();
  void hand_out_replies();
  void end_waits();
  void wait();

  void enqueue(Task task);
  template <class T>
  void tell(ports::Done<T> done, T answer);

  PostgresParams params_;
  std::shared_ptr<Database> database_;
  const std::string process_;
  Closing closing_;
  Link link_;
  Transactor transactor_;
  std::vector<ports::HeldShard> held_;
  std::map<std::int64_t, Waiting> waiting_;
  std::map<std::int64_t, Clock::time_point> taken_;
  std::set<std::int64_t> at_work_;  ///< taken and not answered
  bool look_ = false;               ///< something may have come
  Clock::time_point last_look_{};

  const int wake_;
  std::mutex mutex_;
  std::vector<Task> tasks_;                                   ///< guarded by `mutex_`
  std::shared_ptr<std::function<void(ports::Letter)>> take_;  ///< guarded by `mutex_`
  std::thread thread_;                                        // Last: it uses all of the above.
};

}  // namespace contactor::store::postgres
