#include "store/postgres/nodes.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "store/postgres/database.h"
#include "store/postgres/node_statements.h"
#include "store/postgres/process.h"
#include "store/postgres/rows.h"

namespace contactor::store::postgres {
namespace {

/// A notice can be lost with a connection: so often it is looked without one.
constexpr Millis kLookAnyway(1000);
/// Longer than a letter is kept.
constexpr Millis kTakenKept = std::chrono::minutes(3);
/// Until somebody has taken a shard that nobody holds.
constexpr Millis kNobodyWait = std::chrono::seconds(5);
/// A beat that waits longer than this had better be told so.
constexpr Millis kOutage(2000);

Error error_of(const Refusal& refusal) { return refusal.error ? *refusal.error : error_of(refusal.failure); }

LinkParams link_params(const PostgresParams& params, const Address& address) {
  auto timeouts = params.timeouts;
  timeouts.outage = std::min(timeouts.outage, kOutage);
  return {.address = address,
          .timeouts = timeouts,
          .use = Use::reports,
          .greeting = fmt::format("LISTEN {};", kLetterChannel)};
}

Array shards_of(const std::vector<ports::HeldShard>& held) {
  Array shards(Type::int4);
  for (const auto& one : held) shards.add_number(one.shard);
  return shards;
}

std::vector<ports::NodeSeen> read_nodes(Answer& rows) {
  std::vector<ports::NodeSeen> nodes;
  while (rows.next()) {
    auto& seen = nodes.emplace_back();
    seen.node = rows.read_text();
    seen.version = rows.read_text();
    seen.leaving = rows.read_number() != 0;
    seen.since_beat = Millis(rows.read_number());
    seen.shards = static_cast<std::size_t>(rows.read_number());
  }
  return nodes;
}

std::vector<ports::Incident> read_incidents(Answer& rows) {
  std::vector<ports::Incident> incidents;
  while (rows.next()) {
    auto& incident = incidents.emplace_back();
    incident.cause = rows.read_text();
    incident.opened_at = rows.read_moment();
    incident.ended_at = rows.read_optional_moment();
    incident.detail = rows.read_text();
    incident.held_back = static_cast<std::uint64_t>(rows.read_number());
  }
  return incidents;
}

Status check_size(std::string_view bytes) {
  if (bytes.size() <= ports::kLetterBytesMax) return {};
  return fail(ErrorKind::invalid, "nodes", "a letter is too large to be handed on");
}

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

Nodes::Nodes(const PostgresParams& params, std::shared_ptr<Database> database, std::string process)
    : params_(params),
      database_(std::move(database)),
      process_(std::move(process)),
      link_(link_params(params_, database_->address), database_->identity, closing_),
      transactor_(link_),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      thread_([this] { run(); }) {
  pthread_setname_np(thread_.native_handle(), "store-nodes");
}

Nodes::~Nodes() {
  closing_.announce();
  eventfd_write(wake_, 1);
  thread_.join();
  close(wake_);
}

void Nodes::enqueue(Task task) {
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  eventfd_write(wake_, 1);
}

template <class T>
void Nodes::tell(ports::Done<T> done, T answer) {
  params_.post([done = std::move(done), answer = std::move(answer)]() mutable { done(std::move(answer)); });
}

// -- the thread -------------------------------------------------------------------------------------------

void Nodes::run() {
  while (!closing_.is_announced()) {
    for (auto& task : queued()) task();
    if (look_ || Clock::now() - last_look_ >= kLookAnyway) look_for_letters();
    end_waits();
    wait();
  }
}

std::vector<Nodes::Task> Nodes::queued() {
  eventfd_t ignored = 0;
  (void)eventfd_read(wake_, &ignored);
  const std::lock_guard lock(mutex_);
  return std::exchange(tasks_, {});
}

void Nodes::wait() {
  Millis time = kLookAnyway;
  for (const auto& [id, waiting] : waiting_)
    time = std::clamp(std::chrono::ceil<Millis>(waiting.until - Clock::now()), Millis(0), time);
  if (!link_.is_open()) {
    pollfd wanted{.fd = wake_, .events = POLLIN, .revents = 0};
    (void)poll(&wanted, 1, static_cast<int>(time.count()));
    return;
  }
  auto session = link_.session();
  if (!session) return;
  const auto names = (*session)->notified(time, wake_);
  if (!names) link_.drop();
  look_ = look_ || !names || !names->empty();
}

// -- leases -----------------------------------------------------------------------------------------------

void Nodes::beat(ports::Heartbeat heartbeat, ports::Done<Result<ports::NodeView>> done) {
  enqueue([this, heartbeat = std::move(heartbeat), done = std::move(done)]() mutable {
    auto view = renew(heartbeat);
    if (view) held_ = view->held;
    look_ = true;
    tell<Result<ports::NodeView>>(std::move(done), std::move(view));
  });
}

std::expected<std::vector<Answer>, Refusal> Nodes::try_to_renew(const ports::Heartbeat& heartbeat,
                                                                std::string_view dead) {
  CTR_ASSERT(!heartbeat.node.empty());
  auto session = link_.session();
  if (!session) return std::unexpected(Refusal{.failure = {}, .error = std::move(session.error())});
  const ServerProof proof = (*session)->proof();
  Array handed_back(Type::int4);
  for (std::size_t shard = 0; shard < heartbeat.handed_back.size(); ++shard)
    if (heartbeat.handed_back.test(shard)) handed_back.add_number(static_cast<std::int64_t>(shard));
  const auto mine = [&] {
    Values values;
    values.text(process_).boolean(heartbeat.leaving);
    return values;
  };
  const Call calls[] = {
      {.statement = &kBegin, .values = {}},
      {.statement = &kBeatAlone, .values = {}},
      {.statement = &kClaimName,
       .values = Values()
                     .text(heartbeat.node)
                     .text(process_)
                     .text(heartbeat.version)
                     .boolean(heartbeat.leaving)
                     .text(dead)},
      {.statement = &kHandBack, .values = Values().text(process_).array(handed_back)},
      {.statement = &kTakeFree, .values = mine()},
      {.statement = &kLead, .values = mine()},
      {.statement = &kNoteTimeline, .values = Values().text(proof.system_identifier).int8(proof.timeline)},
      {.statement = &kHeldShards, .values = Values().text(process_)},
      {.statement = &kNodesSeen, .values = {}},
      {.statement = &kOpenIncidents, .values = {}},
      {.statement = &kBeatSummary, .values = mine()},
      {.statement = &kTidyNodes, .values = mine()},
      {.statement = &kCommit, .values = {}},
  };
  // A beat whose commit is in doubt is simply beaten again: it says what is, not what changes.
  return transactor_.begin(calls);
}

Result<ports::NodeView> Nodes::renew(const ports::Heartbeat& heartbeat) {
  auto answers = try_to_renew(heartbeat, {});
  if (!answers && answers.error().failure.state == kFenceState) {
    const std::string holder = process_called(heartbeat.node);
    if (is_surely_dead(holder)) answers = try_to_renew(heartbeat, holder);
  }
  if (!answers) {
    if (answers.error().failure.state == kFenceState)
      return fail(ErrorKind::conflict, "nodes", "another process uses the name " + heartbeat.node);
    return fail(error_of(answers.error()));
  }
  ports::NodeView view;
  for (auto& rows = (*answers)[7]; rows.next();) {
    auto& held = view.held.emplace_back();
    held.shard = static_cast<std::uint8_t>(rows.read_number());
    held.epoch = static_cast<std::uint64_t>(rows.read_number());
  }
  view.nodes = read_nodes((*answers)[8]);
  view.open_incidents = read_incidents((*answers)[9]);
  auto& summary = (*answers)[10];
  if (!summary.next()) return fail(ErrorKind::internal, "nodes", "the store has lost its timeline");
  view.at = summary.read_moment();
  view.share = static_cast<std::size_t>(summary.read_number());
  view.leads = summary.read_number() != 0;
  view.timeline = static_cast<std::uint64_t>(summary.read_number());
  if (view.timeline > 1) view.since_timeline = Millis(summary.read_number());
  return view;
}

std::string Nodes::process_called(const std::string& node) {
  auto answer = transactor_.ask({.statement = &kWhoHasName, .values = Values().text(node)});
  return answer && answer->next() ? std::string(answer->read_text()) : std::string();
}

// -- letters ----------------------------------------------------------------------------------------------

void Nodes::send(ports::Letter letter, Millis patience, ports::Done<Result<std::string>> done) {
  if (auto fits = check_size(letter.request); !fits)
    return tell<Result<std::string>>(std::move(done), fail(std::move(fits.error())));
  enqueue([this, letter = std::move(letter), until = Clock::now() + patience,
           done = std::move(done)]() mutable { post(letter, until, std::move(done)); });
}

void Nodes::post(const ports::Letter& letter, Clock::time_point until,
                 ports::Done<Result<std::string>> done) {
  auto answer = transactor_.ask(
      {.statement = &kPostLetter,
       .values = Values().int4(shard_of(letter.id)).int8(letter.id).blob(bytes_of(letter.request))});
  if (!answer) return tell<Result<std::string>>(std::move(done), fail(error_of(answer.error())));
  if (!answer->next() || answer->read_number() == 0) {
    auto nobody = fail(ErrorKind::unavailable, "nodes", "nobody holds the vehicle's shard now");
    nobody.error().retry_after = kNobodyWait;
    return tell<Result<std::string>>(std::move(done), std::move(nobody));
  }
  waiting_.emplace(letter.id, Waiting{.done = std::move(done), .until = until});
}

void Nodes::receive(std::function<void(ports::Letter)> take) {
  const std::lock_guard lock(mutex_);
  take_ = std::make_shared<std::function<void(ports::Letter)>>(std::move(take));
}

void Nodes::look_for_letters() {
  look_ = false;
  last_look_ = Clock::now();
  std::erase_if(taken_, [this](const auto& item) {
    const bool is_old = Clock::now() - item.second > kTakenKept;
    if (is_old) at_work_.erase(item.first);
    return is_old;
  });
  if (!held_.empty()) hand_out_letters();
  if (!waiting_.empty()) hand_out_replies();
}

void Nodes::hand_out_letters() {
  std::shared_ptr<std::function<void(ports::Letter)>> take;
  {
    const std::lock_guard lock(mutex_);
    take = take_;
  }
  if (!take) return;
  Array shards = shards_of(held_);
  Array at_work(Type::int8);
  for (const auto id : at_work_) at_work.add_number(id);
  auto rows = transactor_.ask({.statement = &kLettersFor, .values = Values().array(shards).array(at_work)});
  if (!rows) return;
  while (rows->next()) {
    ports::Letter letter{.id = rows->read_number(), .request = std::string(rows->read_text()), .reply = {}};
    if (!taken_.emplace(letter.id, Clock::now()).second) continue;
    at_work_.insert(letter.id);
    params_.post([take, letter = std::move(letter)]() mutable { (*take)(std::move(letter)); });
  }
}

void Nodes::hand_out_replies() {
  Array shards(Type::int4), ids(Type::int8);
  for (const auto& [id, waiting] : waiting_) {
    shards.add_number(shard_of(id));
    ids.add_number(id);
  }
  auto rows = transactor_.ask({.statement = &kRepliesFor, .values = Values().array(shards).array(ids)});
  if (!rows) return;
  while (rows->next()) {
    auto waiting = waiting_.extract(rows->read_number());
    if (waiting.empty()) continue;
    tell<Result<std::string>>(std::move(waiting.mapped().done), std::string(rows->read_text()));
  }
}

void Nodes::end_waits() {
  for (auto at = waiting_.begin(); at != waiting_.end();) {
    if (at->second.until > Clock::now()) {
      ++at;
      continue;
    }
    (void)transactor_.ask(
        {.statement = &kDropLetter, .values = Values().int4(shard_of(at->first)).int8(at->first)});
    auto late = fail(ErrorKind::timed_out, "nodes", "the node that holds the shard did not answer in time");
    late.error().applied = Applied::maybe;
    tell<Result<std::string>>(std::move(at->second.done), std::move(late));
    at = waiting_.erase(at);
  }
}

void Nodes::answer(ports::Letter letter, ports::Done<Status> done) {
  if (auto fits = check_size(letter.reply); !fits) return tell<Status>(std::move(done), std::move(fits));
  enqueue([this, letter = std::move(letter), done = std::move(done)]() mutable {
    auto answered = transactor_.ask(
        {.statement = &kAnswerLetter,
         .values = Values().int4(shard_of(letter.id)).int8(letter.id).blob(bytes_of(letter.reply))});
    at_work_.erase(letter.id);
    tell<Status>(std::move(done), answered ? Status() : Status(fail(error_of(answered.error()))));
  });
}

}  // namespace contactor::store::postgres
