#include "engine/vault.h"

#include <gtest/gtest.h>

namespace contactor::engine {
namespace {

crypto::SealKey a_key(char fill) { return *crypto::SealKey::from_bytes(std::string(32, fill)); }

TEST(Vault, WhatItSealsIsPlainTextAndOpensInItsPlaceOnly) {
  const Vault vault(a_key('a'));
  const std::string sealed = vault.seal("s3cret", "credential/7/secret");
  EXPECT_EQ(sealed.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_."),
            std::string::npos);
  EXPECT_EQ(sealed.find("s3cret"), std::string::npos);
  EXPECT_EQ(vault.open(sealed, "credential/7/secret")->reveal(), "s3cret");
  EXPECT_FALSE(vault.open(sealed, "credential/8/secret"));
}

TEST(Vault, WhileAKeyIsReplacedBothOpenAndOnlyTheNewOneSeals) {
  const std::string old = Vault(a_key('a')).seal("s3cret", "c");
  const Vault both(a_key('b'), a_key('a'));
  EXPECT_EQ(both.open(old, "c")->reveal(), "s3cret");
  EXPECT_FALSE(both.is_current(old));
  const std::string renewed = both.seal("s3cret", "c");
  EXPECT_TRUE(both.is_current(renewed));
  EXPECT_EQ(Vault(a_key('b')).open(renewed, "c")->reveal(), "s3cret");
  EXPECT_EQ(Vault(a_key('b')).open(old, "c").error().kind, ErrorKind::invalid);
}

TEST(Vault, WhatIsNoSealedTextIsRefused) {
  const Vault vault(a_key('a'));
  const std::string sealed = vault.seal("s3cret", "c");
  for (const std::string& text :
       {std::string(), std::string("plain"), std::string("01234567."), sealed.substr(0, 8), sealed.substr(9),
        sealed + "A", sealed.substr(0, sealed.size() - 1), sealed.substr(0, 9) + "!" + sealed.substr(10)})
    EXPECT_FALSE(vault.open(text, "c")) << text;
  EXPECT_FALSE(vault.is_current(""));
}

}  // namespace
}  // namespace contactor::engine
