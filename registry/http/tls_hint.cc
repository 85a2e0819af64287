#include "registry/http/tls_hint.h"

namespace cooper::http {
namespace {

// Of <openssl/x509_vfy.h>, which this module does not use.
constexpr long kGood = 0, kUnspecified = 1, kNotYetValid = 9, kExpired = 10;
constexpr long kSelfSigned = 18, kSelfSignedInChain = 19, kNoIssuer = 20, kNoFirstIssuer = 21;

}  // namespace

std::string tls_hint(long verify_result, bool bad_peer, const Url& url) {
  const std::string folder = "/etc/docker/certs.d/" + authority(url);
  switch (verify_result) {
    case kExpired:
      return "the server's certificate has to be renewed; if it is none that has ended, this "
             "machine's clock is wrong";
    case kNotYetValid: return "check the clocks of this machine and of the server's authority";
    case kSelfSigned:
    case kSelfSignedInChain:
    case kNoIssuer:
    case kNoFirstIssuer:
      return "if the certificate is of your own authority, put that one's into " + folder +
             "/ca.crt";
    default: break;
  }
  // libcurl compares names itself, before it says what OpenSSL made of the certificate.
  if (bad_peer && (verify_result == kGood || verify_result == kUnspecified))
    return "the server's certificate is for other names: call it by one of them, or have one made "
           "for '" +
           url.host + "'";
  return "if the server asks for a certificate of ours, it belongs into " + folder +
         "/client.cert and client.key; if it speaks plain http, --insecure-registry " +
         authority(url) + " allows that";
}

}  // namespace cooper::http
