#include "http_client/test_certificates.h"

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/result.h"

namespace contactor::http_client {
namespace {

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return text;
}

std::string pem_of(X509* certificate) {
  BIO* text = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(text, certificate);
  return text_of(text);
}

std::string pem_of(EVP_PKEY* key) {
  BIO* text = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(text, key, nullptr, nullptr, 0, nullptr, nullptr);
  return text_of(text);
}

void set_common_name(X509_NAME* into, const std::string& name) {
  X509_NAME_add_entry_by_txt(into, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name.c_str()),
                             -1, -1, 0);
}

void extend(X509* certificate, int nid, const std::string& value) {
  auto* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str());
  CTR_ASSERT(extension != nullptr);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

/// Everything but issuer, extensions and signature.
X509* begin_certificate(EVP_PKEY* key, const std::string& common_name, long serial, Validity validity) {
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate), validity.from);
  X509_gmtime_adj(X509_getm_notAfter(certificate), validity.until);
  X509_set_pubkey(certificate, key);
  set_common_name(X509_get_subject_name(certificate), common_name);
  return certificate;
}

}  // namespace

ServerIdentity make_identity(const std::string& name, bool is_address, Validity validity,
                             KeyStrength strength) {
  EVP_PKEY* key = strength == KeyStrength::sound ? EVP_EC_gen("P-256") : EVP_RSA_gen(1024);
  X509* certificate = begin_certificate(key, "test", 1, validity);
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
  extend(certificate, NID_subject_alt_name, (is_address ? "IP:" : "DNS:") + name);
  X509_sign(certificate, key, EVP_sha256());
  ServerIdentity made{.certificate_pem = pem_of(certificate), .key_pem = pem_of(key)};
  X509_free(certificate);
  EVP_PKEY_free(key);
  return made;
}

TestAuthority::TestAuthority(const std::string& name)
    : key_(EVP_EC_gen("P-256")), certificate_(begin_certificate(key_, name, 1, {})) {
  X509_set_issuer_name(certificate_, X509_get_subject_name(certificate_));
  extend(certificate_, NID_basic_constraints, "critical,CA:TRUE");
  extend(certificate_, NID_key_usage, "critical,keyCertSign,cRLSign");
  X509_sign(certificate_, key_, EVP_sha256());
  certificate_pem_ = pem_of(certificate_);
}

TestAuthority::~TestAuthority() {
  X509_free(certificate_);
  EVP_PKEY_free(key_);
}

ServerIdentity TestAuthority::issue(const CertificateParams& params) const {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = begin_certificate(key, "issued", params.serial, params.validity);
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate_));
  extend(certificate, NID_subject_alt_name, params.name);
  X509_sign(certificate, key_, params.digest == SignedWith::sha1 ? EVP_sha1() : EVP_sha256());
  ServerIdentity made{.certificate_pem = pem_of(certificate), .key_pem = pem_of(key)};
  X509_free(certificate);
  EVP_PKEY_free(key);
  return made;
}

std::string TestAuthority::revoke(const std::vector<long>& serials, Validity validity) const {
  X509_CRL* list = X509_CRL_new();
  X509_CRL_set_version(list, 1);
  X509_CRL_set_issuer_name(list, X509_get_subject_name(certificate_));
  ASN1_TIME* at = X509_gmtime_adj(nullptr, validity.from);
  X509_CRL_set1_lastUpdate(list, at);
  for (const long serial : serials) {
    X509_REVOKED* entry = X509_REVOKED_new();
    ASN1_INTEGER* number = ASN1_INTEGER_new();
    ASN1_INTEGER_set(number, serial);
    X509_REVOKED_set_serialNumber(entry, number);
    X509_REVOKED_set_revocationDate(entry, at);
    X509_CRL_add0_revoked(list, entry);
    ASN1_INTEGER_free(number);
  }
  X509_gmtime_adj(at, validity.until);
  X509_CRL_set1_nextUpdate(list, at);
  ASN1_TIME_free(at);
  X509_CRL_sort(list);
  X509_CRL_sign(list, key_, EVP_sha256());
  BIO* text = BIO_new(BIO_s_mem());
  PEM_write_bio_X509_CRL(text, list);
  X509_CRL_free(list);
  return text_of(text);
}

}  // namespace contactor::http_client
