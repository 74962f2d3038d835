// Beast's parsers behind our two readers, fed as a network may do it.

#include <gtest/gtest.h>

#include "http_client/response_reader.h"
#include "server/request_reader.h"

namespace contactor {
namespace {

namespace http = boost::beast::http;

/// Byte by byte, and what was not taken again with the next one, as the connections do it.
template <class Reader>
bool read_byte_by_byte(Reader& reader, std::string_view message) {
  std::string waiting;
  for (const char byte : message) {
    waiting += byte;
    boost::beast::error_code error;
    waiting.erase(0, reader.put(boost::asio::const_buffer(waiting.data(), waiting.size()), error));
    if (error && error != http::error::need_more) return false;
  }
  return reader.is_done() && waiting.empty();
}

TEST(RequestReader, AChunkedBodyMayComeByteByByte) {
  for (const char* body :
       {"0\r\n\r\n", "3\r\nabc\r\n0\r\n\r\n", "1;x=y\r\na\r\n000\r\nTrailer: no\r\n\r\n"}) {
    server::RequestReader reader(1024, 1024);
    const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    EXPECT_TRUE(read_byte_by_byte(reader, head + body)) << body;
    EXPECT_EQ(reader.request().headers.size(), 2U);
  }
}

TEST(ResponseReader, AChunkedBodyMayComeByteByByte) {
  for (const char* body :
       {"0\r\n\r\n", "3\r\nabc\r\n0\r\n\r\n", "1;x=y\r\na\r\n000\r\nTrailer: no\r\n\r\n"}) {
    http_client::ResponseReader reader({});
    const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    EXPECT_TRUE(read_byte_by_byte(reader, head + body)) << body;
    EXPECT_EQ(reader.response().headers.size(), 1U);
  }
}

TEST(Readers, ABodyOfKnownSizeMayComeByteByByte) {
  server::RequestReader request(1024, 1024);
  EXPECT_TRUE(read_byte_by_byte(request, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"));
  EXPECT_EQ(request.request().body, "abc");
  http_client::ResponseReader response({});
  EXPECT_TRUE(read_byte_by_byte(response, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"));
  EXPECT_EQ(response.response().body, "abc");
}

}  // namespace
}  // namespace contactor
