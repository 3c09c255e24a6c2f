/* Chains of certificates. Signatures are not verified here yet, so no chain is ever called good. */
#include "crypt32.h"

BOOL WINAPI CertGetCertificateChain(HCERTCHAINENGINE engine, PCCERT_CONTEXT certificate,
                                    LPFILETIME time, HCERTSTORE additional,
                                    PCERT_CHAIN_PARA parameters, DWORD flags, LPVOID reserved,
                                    PCCERT_CHAIN_CONTEXT *chain)
{
    (void)engine;
    (void)time;
    (void)additional;
    (void)flags;
    if (chain)
        *chain = NULL;
    if (!certificate || !parameters || !chain || reserved)
        return fail((DWORD)E_INVALIDARG);
    return fail(ERROR_NOT_SUPPORTED);
}
