#pragma once

#include <openssl/ssl.h>

#include <memory>

#include "base/result.h"
#include "http_client/tls_files.h"

namespace contactor::http_client {

/// The rules of every TLS connection that leaves us, the same for both transports: TLS 1.2 or newer, keys
/// and signatures of security level 2 (no SHA-1, no RSA below 2048 bits), no renegotiation.
///
/// Where the revocation lists hold one of a certificate's issuer, the certificate must pass it, and a list
/// that is out of date refuses everything from that issuer. Issuers without a list are not asked about.
/// Thread: that of the connections. Must outlive the contexts it was applied to.
class TlsPolicy {
 public:
  /// @errors  invalid: a file cannot be read or holds nothing fitting, the key is not the certificate's, or
  ///          the client certificate is not valid now.
  [[nodiscard]] static Result<std::unique_ptr<TlsPolicy>> create(TlsFiles files);
  ~TlsPolicy();
  TlsPolicy(TlsPolicy&&) = delete;

  /// Everything but the authorities. False when OpenSSL refused: the context must not be used then.
  [[nodiscard]] bool apply(SSL_CTX* context);
  [[nodiscard]] const TlsFiles& files() const { return files_; }

 private:
  class RevocationLists;
  struct ClientIdentity;
  explicit TlsPolicy(TlsFiles files);
  [[nodiscard]] bool set_revocation(SSL_CTX* context);
  static STACK_OF(X509_CRL) * lists_for(const X509_STORE_CTX* context, const X509_NAME* issuer);
  static int verified(int ok, X509_STORE_CTX* context);

  TlsFiles files_;
  std::unique_ptr<RevocationLists> lists_;
  std::unique_ptr<ClientIdentity> client_;
};

/// Whether an alert with that number says that the server did not accept our certificate, or the lack of
/// one. It comes before the server reads a request: nothing that was sent with it can have been acted on.
[[nodiscard]] bool refuses_client_certificate(int alert);

}  // namespace contactor::http_client
