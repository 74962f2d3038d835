#include "http_client/tls_policy.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <algorithm>
#include <vector>

#include "base/log.h"

namespace contactor::http_client {
namespace {

template <auto free_it>
struct Freed {
  template <class T>
  void operator()(T* thing) const {
    free_it(thing);
  }
};
using Certificate = std::unique_ptr<X509, Freed<&X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<&EVP_PKEY_free>>;
using Crl = std::unique_ptr<X509_CRL, Freed<&X509_CRL_free>>;
using File = std::unique_ptr<BIO, Freed<&BIO_free>>;

/// A passphrase would be asked for at the terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

std::unexpected<Error> refuse(std::string_view what, const std::string& path, std::string_view why) {
  ERR_clear_error();
  return fail(ErrorKind::invalid, "http", fmt::format("{} {}: {}", what, path, why));
}

int index_in_store() {
  static const int index =
      CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_X509_STORE, 0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

/// What tells one state of a file from the next.
struct Stamp {
  dev_t device = 0;
  ino_t inode = 0;
  off_t size = 0;
  timespec changed{};
  static Stamp of(const std::string& path) {
    struct stat now{};
    if (::stat(path.c_str(), &now) != 0) return {};
    return {now.st_dev, now.st_ino, now.st_size, now.st_mtim};
  }
  bool operator==(const Stamp& other) const {
    return device == other.device && inode == other.inode && size == other.size &&
           changed.tv_sec == other.changed.tv_sec && changed.tv_nsec == other.changed.tv_nsec;
  }
};

}  // namespace

class TlsPolicy::RevocationLists {
 public:
  explicit RevocationLists(std::string path) : path_(std::move(path)) {}

  /// @errors  invalid; the lists that were read before stay.
  Status read() {
    stamp_ = Stamp::of(path_);
    const File file(BIO_new_file(path_.c_str(), "r"));
    if (!file) return refuse("CRL file", path_, "cannot be read");
    std::vector<Crl> found;
    while (Crl crl{PEM_read_bio_X509_CRL(file.get(), nullptr, &no_passphrase, nullptr)})
      found.push_back(std::move(crl));
    const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    if (found.empty() || !at_end) return refuse("CRL file", path_, "holds no list, or a broken one");
    ERR_clear_error();
    lists_ = std::move(found);
    return {};
  }

  void read_if_changed() {
    if (Stamp::of(path_) == stamp_) return;
    // The lists at hand stay: they refuse everything themselves once they are out of date.
    if (const auto status = read(); !status) log::error("http", "{}", status.error().detail);
  }

  [[nodiscard]] bool knows(const X509_NAME* issuer) const {
    return std::ranges::any_of(
        lists_, [&](const Crl& crl) { return X509_NAME_cmp(X509_CRL_get_issuer(crl.get()), issuer) == 0; });
  }

  STACK_OF(X509_CRL) * of(const X509_NAME* issuer) const {
    auto* found = sk_X509_CRL_new_null();
    for (const auto& crl : lists_)
      if (X509_NAME_cmp(X509_CRL_get_issuer(crl.get()), issuer) == 0 && X509_CRL_up_ref(crl.get()) == 1)
        sk_X509_CRL_push(found, crl.get());
    return found;
  }

 private:
  std::string path_;
  Stamp stamp_;
  std::vector<Crl> lists_;
};

struct TlsPolicy::ClientIdentity {
  Certificate certificate;
  std::vector<Certificate> chain;
  Key key;

  Status read(const TlsFiles& files) {
    const auto& path = files.client_certificate_file;
    const File file(BIO_new_file(path.c_str(), "r"));
    if (!file) return refuse("client certificate", path, "cannot be read");
    certificate.reset(PEM_read_bio_X509(file.get(), nullptr, &no_passphrase, nullptr));
    if (!certificate) return refuse("client certificate", path, "holds no certificate");
    while (Certificate next{PEM_read_bio_X509(file.get(), nullptr, &no_passphrase, nullptr)})
      chain.push_back(std::move(next));
    const File key_file(BIO_new_file(files.client_key_file.c_str(), "r"));
    if (!key_file) return refuse("client key", files.client_key_file, "cannot be read");
    key.reset(PEM_read_bio_PrivateKey(key_file.get(), nullptr, &no_passphrase, nullptr));
    if (!key) return refuse("client key", files.client_key_file, "holds no key, or one with a passphrase");
    if (X509_check_private_key(certificate.get(), key.get()) != 1)
      return refuse("client key", files.client_key_file, "is not the certificate's");
    if (X509_cmp_current_time(X509_get0_notAfter(certificate.get())) < 0)
      return refuse("client certificate", path, "has expired");
    if (X509_cmp_current_time(X509_get0_notBefore(certificate.get())) > 0)
      return refuse("client certificate", path, "is not valid yet");
    ERR_clear_error();
    return {};
  }

  [[nodiscard]] bool show(SSL_CTX* context) const {
    if (SSL_CTX_use_certificate(context, certificate.get()) != 1) return false;
    for (const auto& next : chain)
      if (SSL_CTX_add1_chain_cert(context, next.get()) != 1) return false;
    return SSL_CTX_use_PrivateKey(context, key.get()) == 1;
  }
};

Result<std::unique_ptr<TlsPolicy>> TlsPolicy::create(TlsFiles files) {
  std::unique_ptr<TlsPolicy> policy(new TlsPolicy(std::move(files)));
  const auto& named = policy->files_;
  if (!named.ca_file.empty()) {
    std::unique_ptr<X509_STORE, Freed<&X509_STORE_free>> store(X509_STORE_new());
    if (X509_STORE_load_file(store.get(), named.ca_file.c_str()) != 1)
      return refuse("CA file", named.ca_file, "cannot be read, or holds no certificate");
  }
  if (!named.crl_file.empty()) {
    policy->lists_ = std::make_unique<RevocationLists>(named.crl_file);
    CTR_CHECK(policy->lists_->read());
  }
  if (named.client_certificate_file.empty() != named.client_key_file.empty())
    return fail(ErrorKind::invalid, "http", "client certificate and key are set both or not at all");
  if (!named.client_certificate_file.empty()) {
    policy->client_ = std::make_unique<ClientIdentity>();
    CTR_CHECK(policy->client_->read(named));
  }
  return policy;
}

TlsPolicy::TlsPolicy(TlsFiles files) : files_(std::move(files)) {}
TlsPolicy::~TlsPolicy() = default;

bool TlsPolicy::apply(SSL_CTX* context) {
  // Said here, so that a machine's own OpenSSL configuration cannot weaken it.
  SSL_CTX_set_security_level(context, 2);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  if (SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1) return false;
  if (client_ && !client_->show(context)) return false;
  return !lists_ || set_revocation(context);
}

bool TlsPolicy::set_revocation(SSL_CTX* context) {
  auto* store = SSL_CTX_get_cert_store(context);
  if (X509_STORE_set_ex_data(store, index_in_store(), this) != 1) return false;
  X509_STORE_set_lookup_crls(store, &TlsPolicy::lists_for);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, &TlsPolicy::verified);
  // A resumed session would not be looked at again.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
  return X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context),
                                     X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL) == 1;
}

STACK_OF(X509_CRL) * TlsPolicy::lists_for(const X509_STORE_CTX* context, const X509_NAME* issuer) {
  const auto* store = X509_STORE_CTX_get0_store(context);
  auto& lists = *static_cast<TlsPolicy*>(X509_STORE_get_ex_data(store, index_in_store()))->lists_;
  lists.read_if_changed();
  return lists.of(issuer);
}

int TlsPolicy::verified(int ok, X509_STORE_CTX* context) {
  if (ok == 1 || X509_STORE_CTX_get_error(context) != X509_V_ERR_UNABLE_TO_GET_CRL) return ok;
  const auto* store = X509_STORE_CTX_get0_store(context);
  const auto& lists = *static_cast<TlsPolicy*>(X509_STORE_get_ex_data(store, index_in_store()))->lists_;
  const auto* certificate = X509_STORE_CTX_get_current_cert(context);
  // A list of that issuer that does not speak for this certificate is no reason to trust it.
  if (lists.knows(X509_get_issuer_name(certificate))) return 0;
  X509_STORE_CTX_set_error(context, X509_V_OK);
  return 1;
}

bool refuses_client_certificate(int alert) {
  switch (alert) {
    case SSL_AD_BAD_CERTIFICATE:
    case SSL_AD_UNSUPPORTED_CERTIFICATE:
    case SSL_AD_CERTIFICATE_REVOKED:
    case SSL_AD_CERTIFICATE_EXPIRED:
    case SSL_AD_CERTIFICATE_UNKNOWN:
    case SSL_AD_UNKNOWN_CA:
    case SSL_AD_CERTIFICATE_REQUIRED:
      return true;
    default:
      return false;
  }
}

}  // namespace contactor::http_client
