#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

struct evp_pkey_st;
struct x509_st;

namespace contactor::http_client {

/// A certificate with its key, PEM, and how a server that shows it speaks.
struct ServerIdentity {
  std::string certificate_pem;
  std::string key_pem;
  bool speaks_old_tls_only = false;  ///< TLS 1.0 and 1.1, as a server of long ago
  bool speaks_tls_12_only = false;
  std::string asks_for_clients_of;  ///< PEM of the authority whose client certificates it demands
};

/// When a certificate is good, in seconds from now.
struct Validity {
  long from = -60;
  long until = 3600;
};

enum class KeyStrength : std::uint8_t { sound, rsa_1024 };
enum class SignedWith : std::uint8_t { sha256, sha1 };

/// A self-signed certificate for that DNS name or address, made anew.
[[nodiscard]] ServerIdentity make_identity(const std::string& name, bool is_address, Validity validity = {},
                                           KeyStrength strength = KeyStrength::sound);

struct CertificateParams {
  std::string name = "IP:127.0.0.1";  ///< as OpenSSL writes it: `IP:` or `DNS:` and the name
  Validity validity = {};
  SignedWith digest = SignedWith::sha256;
  long serial = 2;
};

/// An authority of a test: signs certificates and revokes them.
class TestAuthority {
 public:
  explicit TestAuthority(const std::string& name = "authority of a test");
  ~TestAuthority();
  TestAuthority(TestAuthority&&) = delete;
  [[nodiscard]] const std::string& certificate_pem() const { return certificate_pem_; }
  [[nodiscard]] ServerIdentity issue(const CertificateParams& params = {}) const;
  /// A list of these serial numbers, PEM.
  [[nodiscard]] std::string revoke(const std::vector<long>& serials, Validity validity = {}) const;

 private:
  evp_pkey_st* key_;
  x509_st* certificate_;
  std::string certificate_pem_;
};

}  // namespace contactor::http_client
