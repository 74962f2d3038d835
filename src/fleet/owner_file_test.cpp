#include "fleet/owner_file.h"

#include <gtest/gtest.h>

namespace contactor::fleet {
namespace {

constexpr std::string_view kHeader = "vin,name,email,region,code,callback_url\n";

struct Read {
  Status status;
  std::vector<ImportedOwner> owners;
  std::vector<BadLine> bad;
};

Read read(std::string_view text, std::size_t piece = SIZE_MAX) {
  Read read;
  OwnerReader reader([&](ImportedOwner owner) { read.owners.push_back(std::move(owner)); },
                     [&](BadLine bad) { read.bad.push_back(std::move(bad)); });
  while (!text.empty() && read.status) {
    const auto part = text.substr(0, piece);
    read.status = reader.feed(part);
    text.remove_prefix(part.size());
  }
  if (read.status) read.status = reader.finish();
  return read;
}

TEST(OwnerFile, AGoodLineIsAnOwner) {
  const std::string text =
      "\xef\xbb\xbf" + std::string(kHeader) +
      "5yj3e7eb0nf000001 ,\"Lovelace, Ada\",ada@example.org,eu,EU_abc,https://a.test/cb\r\n";
  for (const std::size_t piece : {std::size_t{1}, std::size_t{5}, SIZE_MAX}) {
    const auto got = read(text, piece);
    ASSERT_TRUE(got.status && got.owners.size() == 1 && got.bad.empty());
    const ImportedOwner& owner = got.owners[0];
    EXPECT_EQ(owner.line, 2U);
    EXPECT_EQ(owner.vin.str(), "5YJ3E7EB0NF000001");
    EXPECT_EQ(owner.name, "Lovelace, Ada");
    EXPECT_EQ(owner.email, "ada@example.org");
    EXPECT_EQ(owner.region, "eu");
    EXPECT_EQ(owner.code, "EU_abc");
    EXPECT_EQ(owner.callback_url, "https://a.test/cb");
  }
}

TEST(OwnerFile, ColumnsMayBeFewAndInAnyOrder) {
  const auto got = read("Callback_URL;VIN\nhttps://a.test/cb;5YJ3E7EB0NF000001\n\n");
  ASSERT_TRUE(got.status && got.owners.size() == 1);
  EXPECT_EQ(got.owners[0].callback_url, "https://a.test/cb");
  EXPECT_TRUE(got.owners[0].code.empty());
}

TEST(OwnerFile, ABadLineCostsItselfAndNeverShowsTheCode) {
  const auto got = read(std::string(kHeader) +
                        "SHORT,,,,s3cret,https://a.test\n"
                        "WBAZZZ1ZZ00000001,,,,s3cret,https://a.test\n"
                        "5YJ3E7EB0NF000001,,,MOON,s3cret,https://a.test\n"
                        "5YJ3E7EB0NF000001,,,,s3 cret,https://a.test\n"
                        "5YJ3E7EB0NF000001,,,,s3cret,a.test\n"
                        "5YJ3E7EB0NF000001,,,,s3cret\n"
                        "5YJ3E7EB0NF000001,,,,s3cret,https://a.test\n"
                        "5YJ3E7EB0NF000001,,,,s3cret,https://a.test\n");
  ASSERT_TRUE(got.status);
  ASSERT_EQ(got.owners.size(), 1U);
  EXPECT_EQ(got.owners[0].line, 8U);
  ASSERT_EQ(got.bad.size(), 7U);
  for (const BadLine& bad : got.bad) {
    EXPECT_FALSE(bad.why.empty());
    EXPECT_EQ(bad.why.find("cret"), std::string::npos) << bad.why;
  }
}

TEST(OwnerFile, WithoutAHeaderItIsNoFileOfOwners) {
  for (const std::string_view text : {"", "vin,code\n5YJ3E7EB0NF000001,x\n", "callback_url\nx\n",
                                      "vin,callback_url,secret\n", "vin,vin,callback_url\n"}) {
    const auto got = read(text);
    ASSERT_FALSE(got.status) << text;
    EXPECT_EQ(got.status.error().kind, ErrorKind::invalid);
    EXPECT_TRUE(got.owners.empty());
  }
}

}  // namespace
}  // namespace contactor::fleet
