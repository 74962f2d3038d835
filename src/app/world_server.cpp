#include "app/world_server.h"

namespace contactor::app {
namespace {

/// Longer than anyone waits for an answer, so that a lost one is silence and not a refusal.
constexpr Millis kSilence = std::chrono::minutes(30);

}  // namespace

WorldServer::WorldServer(world::World& world, ports::Timekeeper& time, ports::HttpTransport& transport)
    : world_(world), time_(time), transport_(transport) {}

WorldServer::~WorldServer() { *self_ = nullptr; }

void WorldServer::handle(api::Request request, api::Respond respond) {
  ports::HttpRequest asked{.method = std::move(request.method),
                           .url = "http://world" + request.target,
                           .headers = std::move(request.headers),
                           .body = std::move(request.body)};
  world::Reply reply = world_.handle(asked, time_.now());
  watch();
  const bool answered = reply.fate == world::Fate::delivered;
  time_.call_at(answered ? reply.at : time_.now() + kSilence,
                [respond = std::move(respond), response = std::move(reply.response), answered]() mutable {
                  if (!answered) return respond(api::Response{.status = 504, .headers = {}, .body = {}});
                  respond(api::Response{.status = response.status,
                                        .headers = std::move(response.headers),
                                        .body = std::move(response.body)});
                });
}

server::SmtpReply WorldServer::receive(const server::ReceivedMail& mail) {
  server::SmtpReply last;
  for (const auto& to : mail.to) {
    const auto reply = world_.deliver_mail(mail.from, to, mail.data, time_.now());
    last = {.code = reply.first, .text = reply.second};
  }
  return last;
}

/// Sets one wake-up for the next thing that the world does by itself.
void WorldServer::watch() {
  const Instant next = world_.next_event();
  if (next >= watching_) return;
  watching_ = next;
  time_.call_at(next, [self = self_] {
    if (*self) (*self)->run_due();
  });
}

void WorldServer::run_due() {
  watching_ = Instant::never();
  for (auto& outgoing : world_.advance_to(time_.now())) {
    const Instant at = outgoing.at;
    auto held = std::make_shared<world::Outgoing>(std::move(outgoing));
    time_.call_at(at, [self = self_, held] {
      if (*self) (*self)->dispatch(std::move(*held));
    });
  }
  watch();
}

void WorldServer::dispatch(world::Outgoing outgoing) {
  const bool listens = outgoing.fate != world::Fate::lost_after;
  outgoing.request.respond_by = time_.now() + std::chrono::seconds(15);
  transport_.send(std::move(outgoing.request),
                  [self = self_, id = outgoing.id, listens](Result<ports::HttpResponse> answer) {
                    if (!*self || !listens) return;
                    (*self)->world_.outgoing_ended(id, answer ? answer->status : 0, (*self)->time_.now());
                    (*self)->watch();
                  });
}

}  // namespace contactor::app
