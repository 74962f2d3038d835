#include "ports/egress.h"

#include <gtest/gtest.h>

namespace contactor::ports {
namespace {

Address address(const char* text) {
  const auto parsed = Address::parse(text);
  EXPECT_TRUE(parsed.has_value()) << text;
  return parsed.value_or(Address());
}

EgressPolicy with(const char* network) { return {.also = {Network::parse(network).value()}, .own = {}}; }

TEST(Address, OnlyFormsThatAllReadersTakeForTheSameAddress) {
  for (const char* text :
       {"", "1.2.3", "127.1", "0177.0.0.1", "0x7f.0.0.1", "2130706433", "1.2.3.4 ", "1.2.3.256", "1.2.3.4.5",
        "::g", "1::2::3", "fe80::1%eth0", "[::1]", "::ffff:1.2.3.4.5"})
    EXPECT_FALSE(Address::parse(text)) << text;
  for (const char* text : {"1.2.3.4", "255.255.255.255", "::", "::1", "2a00:1450::8a", "::ffff:10.0.0.1"})
    EXPECT_EQ(address(text).text(), text);
}

TEST(Network, ContainsWhatBeginsAlike) {
  struct Row {
    const char* network;
    const char* inside;
    const char* outside;
  };
  for (const auto& [network, inside, outside] :
       {Row{"10.0.0.0/8", "10.255.255.255", "11.0.0.0"}, Row{"172.16.0.0/12", "172.31.255.255", "172.32.0.0"},
        Row{"100.64.0.0/10", "100.127.0.1", "100.128.0.1"}, Row{"192.0.2.7", "192.0.2.7", "192.0.2.6"},
        Row{"0.0.0.0/0", "8.8.8.8", "::1"}, Row{"fe80::/10", "febf::1", "fec0::1"},
        Row{"::/0", "2a00::1", "8.8.8.8"}, Row{"2001:db8::/127", "2001:db8::1", "2001:db8::2"}}) {
    const auto parsed = Network::parse(network);
    ASSERT_TRUE(parsed) << network;
    EXPECT_TRUE(parsed->contains(address(inside))) << network << " " << inside;
    EXPECT_FALSE(parsed->contains(address(outside))) << network << " " << outside;
  }
  for (const char* text :
       {"", "/8", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8x", "::/129", "ten/8"})
    EXPECT_FALSE(Network::parse(text)) << text;
}

TEST(Egress, NoSpecialAddressIsPublic) {
  for (const char* text : {"0.0.0.0",
                           "0.1.2.3",
                           "10.1.2.3",
                           "100.64.0.1",
                           "100.100.100.200",
                           "127.0.0.1",
                           "127.255.255.254",
                           "169.254.169.254",
                           "168.63.129.16",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.0.0.192",
                           "192.0.2.1",
                           "192.88.99.1",
                           "192.168.0.1",
                           "198.18.0.1",
                           "198.19.255.255",
                           "198.51.100.1",
                           "203.0.113.1",
                           "224.0.0.1",
                           "239.255.255.255",
                           "240.0.0.1",
                           "255.255.255.255",
                           "::",
                           "::1",
                           "::ffff:8.8.8.8",
                           "::ffff:127.0.0.1",
                           "::127.0.0.1",
                           "64:ff9b::8.8.8.8",
                           "64:ff9b:1::1",
                           "100::1",
                           "2001::1",
                           "2001:2::1",
                           "2001:20::1",
                           "2001:db8::1",
                           "2002:7f00:1::",
                           "3fff::1",
                           "5f00::1",
                           "fc00::1",
                           "fd00:ec2::254",
                           "fe80::1",
                           "fec0::1",
                           "ff02::1",
                           "4000::1"})
    EXPECT_FALSE(name_of_special(address(text)).empty()) << text;
}

TEST(Egress, NeighboursOfSpecialAddressesArePublic) {
  for (const char* text : {"1.0.0.0",         "9.255.255.255",   "11.0.0.0",
                           "100.63.255.255",  "100.128.0.0",     "126.255.255.255",
                           "128.0.0.1",       "169.253.255.255", "169.255.0.0",
                           "168.63.129.15",   "172.15.255.255",  "172.32.0.0",
                           "192.0.1.0",       "192.0.3.0",       "192.167.255.255",
                           "192.169.0.0",     "198.17.255.255",  "198.20.0.0",
                           "223.255.255.255", "2001:200::1",     "2001:4860:4860::8888",
                           "2003::1",         "2a00:1450::1",    "3ffe::1",
                           "2606:4700::1111"})
    EXPECT_EQ(name_of_special(address(text)), "") << text;
}

TEST(Egress, PublicAddressesTakeHttpsOnTheirPorts) {
  const EgressPolicy policy;
  EXPECT_TRUE(check_connect(policy, address("93.184.216.34"), 443, true));
  EXPECT_TRUE(check_connect(policy, address("2606:4700::1111"), 8443, true));
  EXPECT_FALSE(check_connect(policy, address("93.184.216.34"), 443, false)) << "plain http";
  EXPECT_FALSE(check_connect(policy, address("93.184.216.34"), 22, true)) << "a port of another service";
  EXPECT_FALSE(check_connect(policy, address("10.0.0.1"), 443, true));
}

TEST(Egress, AnAllowedNetworkIsReachedAsItIs) {
  const EgressPolicy policy = with("10.20.0.0/16");
  EXPECT_TRUE(check_connect(policy, address("10.20.3.4"), 8080, false));
  EXPECT_FALSE(check_connect(policy, address("10.21.3.4"), 8080, false));
  EXPECT_FALSE(check_connect(policy, address("::ffff:10.20.3.4"), 8080, false)) << "in disguise";
  EXPECT_FALSE(check_connect(policy, address("93.184.216.34"), 80, false)) << "still https outside";
}

TEST(Egress, WeAreNeverSentToWhateverIsAllowed) {
  EgressPolicy policy = EgressPolicy::anywhere();
  policy.own = {{.address = address("127.0.0.1"), .port = 8080}};
  EXPECT_FALSE(check_connect(policy, address("127.0.0.1"), 8080, false));
  EXPECT_TRUE(check_connect(policy, address("127.0.0.1"), 8081, false));
}

TEST(Egress, AUrlIsJudgedAsFarAsItCanBeBeforeTheLookup) {
  const EgressPolicy policy;
  EXPECT_TRUE(check_url(policy, "https://hooks.example.com/in?a=b"));
  EXPECT_TRUE(check_url(policy, "HTTPS://hooks.example.com:8443"));
  for (const char* url :
       {"http://hooks.example.com/", "https://hooks.example.com:25/", "https://user@hooks.example.com/",
        "https://user:secret@hooks.example.com/", "https://127.0.0.1/", "https://[::1]/",
        "https://[::ffff:10.0.0.1]/", "https://169.254.169.254/latest", "https:///x", "https://a b/",
        "https://a\\@b/", "ftp://hooks.example.com/", "https://hooks.example.com:0/",
        "https://hooks.example.com:99999/", "", "hooks.example.com", "//example.com"})
    EXPECT_FALSE(check_url(policy, url)) << url;
  EXPECT_TRUE(check_url(with("10.0.0.0/8"), "http://billing.internal:8080/"));
  EXPECT_FALSE(check_url(with("10.0.0.0/8"), "http://192.168.0.1:8080/"));
}

TEST(Egress, AClientsOwnListOfHostsHolds) {
  const EgressPolicy policy;
  const std::vector<std::string> hosts{"hooks.example.com"};
  EXPECT_TRUE(check_url(policy, "https://Hooks.Example.com/in", hosts));
  EXPECT_FALSE(check_url(policy, "https://hooks.example.com.evil.org/in", hosts));
  EXPECT_FALSE(check_url(policy, "https://evil.org/hooks.example.com", hosts));
}

}  // namespace
}  // namespace contactor::ports
