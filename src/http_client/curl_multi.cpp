#include "http_client/curl_multi.h"

#include <pthread.h>

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "http_client/curl_transfer.h"
#include "http_client/request_text.h"

namespace contactor::http_client {
namespace {

using Transfer = std::unique_ptr<CurlTransfer>;
using Clock = CurlTransfer::Clock;

bool start_libcurl() {
  static const bool started = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  return started;
}

}  // namespace

struct CurlMulti::Parts {
  Parts(task::Loop& the_loop, Options the_options, std::unique_ptr<TlsPolicy> the_tls)
      : loop(the_loop), options(std::move(the_options)), tls(std::move(the_tls)), multi(curl_multi_init()) {
    if (options.user_agent.empty()) options.user_agent = "contactor/" CTR_VERSION;
    curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS,
                      static_cast<long>(options.connections_per_host_max));
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, static_cast<long>(options.active_max));
    thread = std::thread([this] { work(); });
    pthread_setname_np(thread.native_handle(), "http-clouds");
  }

  ~Parts() {
    stop();
    for (auto& [easy, transfer] : active) release(easy);
    for (auto* easy : spare) curl_easy_cleanup(easy);
    curl_multi_cleanup(multi);
  }

  void stop() {
    {
      const std::lock_guard lock(mutex);
      stopping = true;
    }
    curl_multi_wakeup(multi);
    if (thread.joinable()) thread.join();
  }

  void fail_later(CurlTransfer::Done done, std::unexpected<Error> error) {
    loop.post([done = std::move(done), error = std::move(error)]() mutable { done(std::move(error)); });
  }

  void send(ports::HttpRequest request, CurlTransfer::Done done) {
    if (auto url = parse_url(request.url); !url)
      return fail_later(std::move(done), std::unexpected(url.error()));
    if (auto checked = check_headers(request); !checked)
      return fail_later(std::move(done), std::unexpected(checked.error()));
    if (options.egress) {
      if (auto allowed = ports::check_url(*options.egress, request.url); !allowed)
        return fail_later(std::move(done), std::unexpected(allowed.error()));
    }
    const auto left = std::min(request.respond_by - loop.now(), options.exchange_max);
    if (left <= Millis(0))
      return fail_later(std::move(done), fail(ErrorKind::timed_out, "http", "no time was left to send it"));
    enqueue(std::make_unique<CurlTransfer>(std::move(request), std::move(done), Clock::now() + left));
  }

  void enqueue(Transfer transfer) {
    auto refusal = ErrorKind::canceled;
    {
      const std::lock_guard lock(mutex);
      if (!stopping && inbox.size() + waiting_count < options.queue_max) {
        inbox.push_back(std::move(transfer));
      } else if (!stopping) {
        refusal = ErrorKind::exhausted;
      }
    }
    if (!transfer) return static_cast<void>(curl_multi_wakeup(multi));
    const auto* why = refusal == ErrorKind::canceled ? "the client is closed" : "too many requests wait";
    fail_later(transfer->take_done(), fail(refusal, "http", why));
  }

  // All below: the client's own thread, or after it has ended.

  void work() {
    while (take_new()) {
      begin_waiting();
      int running = 0;
      curl_multi_perform(multi, &running);
      collect();
      if (waiting.empty() || active.size() >= options.active_max) {
        // libcurl 7.88 sets no timer for the moment at which it should try a name's next address.
        const int idle = active.empty() ? 1000 : 250;
        curl_multi_poll(multi, nullptr, 0, waiting.empty() ? idle : 20, nullptr);
      }
    }
  }

  bool take_new() {
    const std::lock_guard lock(mutex);
    for (auto& transfer : inbox) waiting.push_back(std::move(transfer));
    inbox.clear();
    waiting_count = waiting.size();
    return !stopping;
  }

  void begin_waiting() {
    const auto now = Clock::now();
    std::erase_if(waiting, [&](Transfer& transfer) {
      if (transfer->deadline() > now) return false;
      fail_later(transfer->take_done(),
                 transfer->failure(ErrorKind::timed_out, "no place became free in time"));
      return true;
    });
    while (!waiting.empty() && active.size() < options.active_max) {
      auto transfer = std::move(waiting.front());
      waiting.pop_front();
      auto* easy = take_easy();
      transfer->arm(easy, options, *tls);
      active[easy] = std::move(transfer);
      curl_multi_add_handle(multi, easy);
    }
  }

  CURL* take_easy() {
    if (spare.empty()) return curl_easy_init();
    auto* easy = spare.back();
    spare.pop_back();
    return easy;
  }

  void release(CURL* easy) {
    curl_multi_remove_handle(multi, easy);
    curl_easy_reset(easy);
    spare.push_back(easy);
  }

  void collect() {
    int left = 0;
    while (const auto* message = curl_multi_info_read(multi, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      auto* easy = message->easy_handle;
      const auto code = message->data.result;
      const auto found = active.find(easy);
      auto outcome = found->second->outcome(code);
      auto done = found->second->take_done();
      release(easy);
      active.erase(found);
      loop.post(
          [done = std::move(done), outcome = std::move(outcome)]() mutable { done(std::move(outcome)); });
    }
  }

  void cancel_all() {
    take_new();
    for (auto& transfer : waiting) cancel(*transfer);
    for (auto& [easy, transfer] : active) {
      cancel(*transfer);
      release(easy);
    }
    waiting.clear();
    active.clear();
  }

  void cancel(CurlTransfer& transfer) {
    fail_later(transfer.take_done(), transfer.failure(ErrorKind::canceled, "the client was closed"));
  }

  task::Loop& loop;
  Options options;
  std::unique_ptr<TlsPolicy> tls;
  CURLM* multi;
  std::mutex mutex;
  std::vector<Transfer> inbox;    ///< guarded by `mutex`
  std::size_t waiting_count = 0;  ///< guarded by `mutex`
  bool stopping = false;          ///< guarded by `mutex`
  std::deque<Transfer> waiting;
  std::map<CURL*, Transfer> active;
  std::vector<CURL*> spare;
  std::thread thread;
};

Result<std::unique_ptr<CurlMulti>> CurlMulti::create(task::Loop& loop, Options options) {
  if (!start_libcurl()) return fail(ErrorKind::internal, "http", "libcurl cannot start");
  CTR_TRY(tls, TlsPolicy::create(options.tls));
  return std::unique_ptr<CurlMulti>(
      new CurlMulti(std::make_unique<Parts>(loop, std::move(options), std::move(tls))));
}

CurlMulti::CurlMulti(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
CurlMulti::~CurlMulti() = default;

void CurlMulti::send(ports::HttpRequest request, ports::Done<Result<ports::HttpResponse>> done) {
  parts_->send(std::move(request), std::move(done));
}

void CurlMulti::close() {
  parts_->stop();
  parts_->cancel_all();
}

}  // namespace contactor::http_client
