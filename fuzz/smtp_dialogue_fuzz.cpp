// What a client says to our mail sink. The first line is the size of the pieces in which it arrives.

#include "base/result.h"
#include "fuzz/input.h"
#include "server/smtp_dialogue.h"

namespace contactor::server {
namespace {

struct Told {
  std::string replies;
  std::vector<std::string> mails;
  bool over = false;
};

Told talk(std::string_view bytes, std::size_t piece) {
  Told told;
  const SmtpSink::Options options{.message_bytes_max = 500, .recipients_max = 3};
  SmtpSink::OnMail on_mail = [&](ReceivedMail mail) -> SmtpReply {
    CTR_ASSERT(!mail.to.empty() && mail.to.size() <= options.recipients_max);
    CTR_ASSERT(mail.data.size() <= options.message_bytes_max);
    told.mails.push_back(mail.from + "\n" + mail.to.front() + "\n" + mail.data);
    return {};
  };
  SmtpDialogue dialogue(options, on_mail);
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size())))
    dialogue.take(bytes.substr(0, piece), told.replies);
  told.over = dialogue.is_over();
  return told;
}

void check_replies(std::string_view replies) {
  while (!replies.empty()) {
    const auto end = replies.find("\r\n");
    CTR_ASSERT(end != std::string_view::npos && end > 3);
    CTR_ASSERT(replies[0] >= '2' && replies[0] <= '5' && (replies[3] == ' ' || replies[3] == '-'));
    CTR_ASSERT(fuzz::is_one_line(replies.substr(0, end)));
    replies.remove_prefix(end + 2);
  }
}

}  // namespace
}  // namespace contactor::server

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace server = contactor::server;
  contactor::fuzz::Input input(data, size);
  const std::size_t piece = input.number() % 512 + 1;
  const auto whole = server::talk(input.rest(), input.rest().size());
  const auto pieces = server::talk(input.rest(), piece);
  server::check_replies(whole.replies);
  CTR_ASSERT(whole.replies == pieces.replies && whole.mails == pieces.mails && whole.over == pieces.over);
  return 0;
}
