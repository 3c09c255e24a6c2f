/*
 * \Device\CNG: hashes, HMAC, AES and PBKDF2, from nettle. An object is a file; its state never
 * leaves the host. Data is copied in pieces, so a request needs no memory of its size.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <nettle/aes.h>
#include <nettle/cbc.h>
#include <nettle/ccm.h>
#include <nettle/cfb.h>
#include <nettle/gcm.h>
#include <nettle/hmac.h>
#include <nettle/nettle-meta.h>
#include <nettle/sha2.h>

#include "abi/nt/cng.h"
#include "syscalls/nt/cng.h"
#include "syscalls/nt/file.h"

#define PIECE 8192u
#define BLOCK AES_BLOCK_SIZE

struct aes {
    const struct nettle_cipher *cipher;
    union {
        struct aes128_ctx k128;
        struct aes192_ctx k192;
        struct aes256_ctx k256;
    } encrypt, decrypt;
};

/* Behind a file. What it is, is set once; the lock guards a hash's state. */
struct cng {
    pthread_mutex_t lock;
    enum { CNG_NOTHING, CNG_HASH, CNG_KEY } kind;
    const struct nettle_hash *hash;
    bool hmac;
    void *state, *inner, *outer; /* contexts; the last two with a secret */
    struct aes aes;
};

static const struct nettle_hash *hash_of(uint32_t algorithm)
{
    switch (algorithm) {
    case CNG_MD4:
        return &nettle_md4;
    case CNG_MD5:
        return &nettle_md5;
    case CNG_SHA1:
        return &nettle_sha1;
    case CNG_SHA256:
        return &nettle_sha256;
    case CNG_SHA384:
        return &nettle_sha384;
    case CNG_SHA512:
        return &nettle_sha512;
    default:
        return NULL;
    }
}

static void wipe(void *memory, size_t n)
{
    if (memory)
        explicit_bzero(memory, n);
}

/* The key that HMAC uses for a secret: the secret, or its hash when it is longer than a block. */
static NTSTATUS read_secret(const struct nettle_hash *h, uint64_t address, uint32_t n, uint8_t *key,
                            size_t *key_n)
{
    uint8_t piece[PIECE];
    uint64_t context[64];
    NTSTATUS status = STATUS_SUCCESS;

    *key_n = n;
    if (n <= h->block_size)
        return guest_read(key, (const void *)address, n) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
    if (h->context_size > sizeof(context))
        return STATUS_NOT_SUPPORTED;
    h->init(context);
    for (uint32_t done = 0; done < n;) {
        uint32_t part = n - done < PIECE ? n - done : PIECE;
        if (!guest_read(piece, (const char *)address + done, part)) {
            status = STATUS_ACCESS_VIOLATION;
            break;
        }
        h->update(context, part, piece);
        done += part;
    }
    h->digest(context, h->digest_size, key);
    *key_n = h->digest_size;
    wipe(piece, sizeof(piece));
    wipe(context, sizeof(context));
    return status;
}

static NTSTATUS hash_begin(struct cng *c, const void *in, uint32_t in_n)
{
    struct cng_hash_begin begin;
    uint8_t key[256];
    size_t key_n = 0;
    NTSTATUS status = STATUS_SUCCESS;

    if (in_n != sizeof(begin))
        return STATUS_INVALID_PARAMETER;
    if (!guest_read(&begin, in, sizeof(begin)))
        return STATUS_ACCESS_VIOLATION;
    const struct nettle_hash *h = hash_of(begin.algorithm);
    if (!h || h->block_size > sizeof(key))
        return STATUS_NOT_SUPPORTED;
    if (begin.hmac)
        status = read_secret(h, begin.secret, begin.secret_size, key, &key_n);
    if (!NT_SUCCESS(status))
        return status;
    pthread_mutex_lock(&c->lock);
    size_t contexts = begin.hmac ? 3 : 1;
    if (c->kind != CNG_NOTHING) {
        status = STATUS_INVALID_DEVICE_STATE;
    } else if (!(c->state = calloc(contexts, h->context_size))) {
        status = STATUS_NO_MEMORY;
    } else {
        c->kind = CNG_HASH;
        c->hash = h;
        c->hmac = begin.hmac;
        if (c->hmac) {
            c->inner = (char *)c->state + h->context_size;
            c->outer = (char *)c->inner + h->context_size;
            hmac_set_key(c->outer, c->inner, c->state, h, key_n, key);
        } else {
            h->init(c->state);
        }
    }
    pthread_mutex_unlock(&c->lock);
    wipe(key, sizeof(key));
    return status;
}

static NTSTATUS hash_data(struct cng *c, const void *in, uint32_t n)
{
    uint8_t piece[PIECE];

    for (uint32_t done = 0; done < n;) {
        uint32_t part = n - done < PIECE ? n - done : PIECE;
        if (!guest_read(piece, (const char *)in + done, part))
            return STATUS_ACCESS_VIOLATION;
        pthread_mutex_lock(&c->lock);
        bool ok = c->kind == CNG_HASH;
        if (ok)
            c->hash->update(c->state, part, piece);
        pthread_mutex_unlock(&c->lock);
        if (!ok)
            return STATUS_INVALID_DEVICE_STATE;
        done += part;
    }
    return STATUS_SUCCESS;
}

static NTSTATUS hash_end(struct cng *c, void *out, uint32_t out_n, ULONG_PTR *information)
{
    uint8_t digest[SHA512_DIGEST_SIZE];
    NTSTATUS status = STATUS_SUCCESS;

    pthread_mutex_lock(&c->lock);
    if (c->kind != CNG_HASH)
        status = STATUS_INVALID_DEVICE_STATE;
    else if (out_n != c->hash->digest_size)
        status = STATUS_INVALID_PARAMETER;
    else if (c->hmac)
        hmac_digest(c->outer, c->inner, c->state, c->hash, out_n, digest);
    else
        c->hash->digest(c->state, out_n, digest);
    pthread_mutex_unlock(&c->lock);
    if (!NT_SUCCESS(status))
        return status;
    *information = out_n;
    return guest_write(out, digest, out_n) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

static const struct nt_file_ops cng_ops;

static NTSTATUS hash_copy(struct cng *c, const void *in, uint32_t in_n)
{
    HANDLE handle;
    struct nt_file *f;
    NTSTATUS status;

    if (in_n != sizeof(handle))
        return STATUS_INVALID_PARAMETER;
    if (!guest_read(&handle, in, sizeof(handle)))
        return STATUS_ACCESS_VIOLATION;
    status = nt_file_get(handle, 0, &f, NULL);
    if (!NT_SUCCESS(status))
        return status;
    struct cng *from = f->more;
    if (f->ops != &cng_ops || from == c) {
        nt_file_release(f);
        return STATUS_INVALID_PARAMETER;
    }
    /* One lock at a time: two copies the other way round must not wait for each other. */
    struct cng copy = {.kind = CNG_NOTHING};
    pthread_mutex_lock(&from->lock);
    if (from->kind == CNG_HASH) {
        size_t n = from->hash->context_size * (from->hmac ? 3 : 1);
        copy.kind = CNG_HASH;
        copy.hash = from->hash;
        copy.hmac = from->hmac;
        copy.state = malloc(n);
        if (copy.state)
            memcpy(copy.state, from->state, n);
    }
    pthread_mutex_unlock(&from->lock);
    nt_file_release(f);
    if (copy.kind != CNG_HASH)
        return STATUS_INVALID_DEVICE_STATE;
    if (!copy.state)
        return STATUS_NO_MEMORY;
    pthread_mutex_lock(&c->lock);
    if (c->kind != CNG_NOTHING) {
        status = STATUS_INVALID_DEVICE_STATE;
    } else {
        c->kind = CNG_HASH;
        c->hash = copy.hash;
        c->hmac = copy.hmac;
        c->state = copy.state;
        c->inner = (char *)c->state + c->hash->context_size;
        c->outer = (char *)c->inner + c->hash->context_size;
        copy.state = NULL;
    }
    pthread_mutex_unlock(&c->lock);
    free(copy.state);
    return status;
}

static NTSTATUS key_begin(struct cng *c, const void *in, uint32_t n)
{
    const struct nettle_cipher *cipher = n == 16   ? &nettle_aes128
                                         : n == 24 ? &nettle_aes192
                                         : n == 32 ? &nettle_aes256
                                                   : NULL;
    uint8_t key[32];
    NTSTATUS status = STATUS_SUCCESS;

    if (!cipher)
        return STATUS_INVALID_PARAMETER;
    if (!guest_read(key, in, n))
        return STATUS_ACCESS_VIOLATION;
    pthread_mutex_lock(&c->lock);
    if (c->kind != CNG_NOTHING) {
        status = STATUS_INVALID_DEVICE_STATE;
    } else {
        cipher->set_encrypt_key(&c->aes.encrypt, key);
        cipher->set_decrypt_key(&c->aes.decrypt, key);
        c->aes.cipher = cipher;
        c->kind = CNG_KEY;
    }
    pthread_mutex_unlock(&c->lock);
    wipe(key, sizeof(key));
    return status;
}

/* The state of one request: the modes that authenticate keep theirs in it. */
struct run {
    const struct aes *aes;
    struct cng_crypt how;
    uint8_t iv[BLOCK];
    struct gcm_key gcm_key;
    struct gcm_ctx gcm;
    struct ccm_ctx ccm;
};

static void piece(struct run *r, uint8_t *data, size_t n)
{
    const struct aes *a = r->aes;
    nettle_cipher_func *encrypt = a->cipher->encrypt, *decrypt = a->cipher->decrypt;
    bool back = r->how.decrypt;

    switch (r->how.mode) {
    case CNG_ECB:
        if (back)
            decrypt(&a->decrypt, n, data, data);
        else
            encrypt(&a->encrypt, n, data, data);
        break;
    case CNG_CBC:
        if (back)
            cbc_decrypt(&a->decrypt, decrypt, BLOCK, r->iv, n, data, data);
        else
            cbc_encrypt(&a->encrypt, encrypt, BLOCK, r->iv, n, data, data);
        break;
    case CNG_CFB8:
        if (back)
            cfb8_decrypt(&a->encrypt, encrypt, BLOCK, r->iv, n, data, data);
        else
            cfb8_encrypt(&a->encrypt, encrypt, BLOCK, r->iv, n, data, data);
        break;
    case CNG_CFB:
        if (back)
            cfb_decrypt(&a->encrypt, encrypt, BLOCK, r->iv, n, data, data);
        else
            cfb_encrypt(&a->encrypt, encrypt, BLOCK, r->iv, n, data, data);
        break;
    case CNG_GCM:
        if (back)
            gcm_decrypt(&r->gcm, &r->gcm_key, &a->encrypt, encrypt, n, data, data);
        else
            gcm_encrypt(&r->gcm, &r->gcm_key, &a->encrypt, encrypt, n, data, data);
        break;
    case CNG_CCM:
        if (back)
            ccm_decrypt(&r->ccm, &a->encrypt, encrypt, n, data, data);
        else
            ccm_encrypt(&r->ccm, &a->encrypt, encrypt, n, data, data);
        break;
    }
}

/* Sizes that fit the mode, and the IV or nonce. */
static NTSTATUS run_begin(struct run *r)
{
    const struct cng_crypt *how = &r->how;
    nettle_cipher_func *encrypt = r->aes->cipher->encrypt;
    bool tagged = how->mode == CNG_GCM || how->mode == CNG_CCM;

    if (how->mode < CNG_ECB || how->mode > CNG_CCM)
        return STATUS_NOT_SUPPORTED;
    if (!tagged && how->mode != CNG_CFB8 && how->data_size % BLOCK)
        return STATUS_INVALID_BUFFER_SIZE;
    if (tagged ? how->tag_size > BLOCK || how->iv_size > BLOCK || !how->iv_size
               : how->mode != CNG_ECB && how->iv_size != BLOCK)
        return STATUS_INVALID_PARAMETER;
    if (how->mode == CNG_ECB)
        return STATUS_SUCCESS;
    if (how->mode == CNG_CCM &&
        (how->iv_size < CCM_MIN_NONCE_SIZE || how->iv_size > CCM_MAX_NONCE_SIZE ||
         how->tag_size < 4 || how->tag_size % 2 || how->data_size > CCM_MAX_MSG_SIZE(how->iv_size)))
        return STATUS_INVALID_PARAMETER;
    if (!guest_read(r->iv, (const void *)how->iv, how->iv_size))
        return STATUS_ACCESS_VIOLATION;
    if (how->mode == CNG_GCM) {
        gcm_set_key(&r->gcm_key, &r->aes->encrypt, encrypt);
        gcm_set_iv(&r->gcm, &r->gcm_key, how->iv_size, r->iv);
    } else if (how->mode == CNG_CCM) {
        ccm_set_nonce(&r->ccm, &r->aes->encrypt, encrypt, how->iv_size, r->iv, how->aad_size,
                      how->data_size, how->tag_size);
    }
    return STATUS_SUCCESS;
}

static NTSTATUS run_aad(struct run *r, uint8_t *buffer)
{
    if (r->how.mode != CNG_GCM && r->how.mode != CNG_CCM)
        return STATUS_SUCCESS;
    for (uint32_t done = 0; done < r->how.aad_size;) {
        uint32_t left = r->how.aad_size - done, part = left < PIECE ? left : PIECE;
        if (!guest_read(buffer, (const char *)r->how.aad + done, part))
            return STATUS_ACCESS_VIOLATION;
        if (r->how.mode == CNG_GCM)
            gcm_update(&r->gcm, &r->gcm_key, part, buffer);
        else
            ccm_update(&r->ccm, &r->aes->encrypt, r->aes->cipher->encrypt, part, buffer);
        done += part;
    }
    return STATUS_SUCCESS;
}

/* The IV for the next request, or the tag. */
static NTSTATUS run_end(struct run *r)
{
    const struct cng_crypt *how = &r->how;
    nettle_cipher_func *encrypt = r->aes->cipher->encrypt;
    uint8_t tag[BLOCK];

    switch (how->mode) {
    case CNG_ECB:
        return STATUS_SUCCESS;
    case CNG_GCM:
        gcm_digest(&r->gcm, &r->gcm_key, &r->aes->encrypt, encrypt, how->tag_size, tag);
        break;
    case CNG_CCM:
        ccm_digest(&r->ccm, &r->aes->encrypt, encrypt, how->tag_size, tag);
        break;
    default:
        return guest_write((void *)how->iv, r->iv, BLOCK) ? STATUS_SUCCESS
                                                          : STATUS_ACCESS_VIOLATION;
    }
    return guest_write((void *)how->tag, tag, how->tag_size) ? STATUS_SUCCESS
                                                             : STATUS_ACCESS_VIOLATION;
}

static NTSTATUS crypt_run(struct cng *c, const void *in, uint32_t in_n, void *out, uint32_t out_n,
                          ULONG_PTR *information)
{
    struct run r = {.aes = &c->aes};
    uint8_t buffer[PIECE];

    if (in_n != sizeof(r.how))
        return STATUS_INVALID_PARAMETER;
    if (!guest_read(&r.how, in, sizeof(r.how)))
        return STATUS_ACCESS_VIOLATION;
    pthread_mutex_lock(&c->lock);
    bool ok = c->kind == CNG_KEY; /* from then on nothing changes it */
    pthread_mutex_unlock(&c->lock);
    if (!ok)
        return STATUS_INVALID_DEVICE_STATE;
    if (out_n < r.how.data_size)
        return STATUS_BUFFER_TOO_SMALL;
    NTSTATUS status = run_begin(&r);
    if (NT_SUCCESS(status))
        status = run_aad(&r, buffer);
    for (uint32_t done = 0; NT_SUCCESS(status) && done < r.how.data_size;) {
        uint32_t left = r.how.data_size - done, part = left < PIECE ? left : PIECE;
        if (!guest_read(buffer, (const char *)r.how.data + done, part)) {
            status = STATUS_ACCESS_VIOLATION;
            break;
        }
        piece(&r, buffer, part);
        if (!guest_write((char *)out + done, buffer, part))
            status = STATUS_ACCESS_VIOLATION;
        done += part;
    }
    if (NT_SUCCESS(status))
        status = run_end(&r);
    wipe(buffer, sizeof(buffer));
    wipe(&r, sizeof(r));
    if (NT_SUCCESS(status))
        *information = r.how.data_size;
    return status;
}

/* RFC 8018, section 5.2. Block by block, so that it needs no memory of the key's size. */
static NTSTATUS pbkdf2_run(const void *in, uint32_t in_n, void *out, uint32_t out_n,
                           ULONG_PTR *information)
{
    struct cng_pbkdf2 how;
    uint8_t key[256], salt[PIECE], u[SHA512_DIGEST_SIZE], t[SHA512_DIGEST_SIZE];
    uint64_t context[3][64];
    size_t key_n;

    if (in_n != sizeof(how))
        return STATUS_INVALID_PARAMETER;
    if (!guest_read(&how, in, sizeof(how)))
        return STATUS_ACCESS_VIOLATION;
    const struct nettle_hash *h = hash_of(how.algorithm);
    if (!h || h->block_size > sizeof(key) || h->context_size > sizeof(context[0]))
        return STATUS_NOT_SUPPORTED;
    if (!how.iterations || how.salt_size > sizeof(salt))
        return STATUS_INVALID_PARAMETER;
    if (how.salt_size && !guest_read(salt, (const void *)how.salt, how.salt_size))
        return STATUS_ACCESS_VIOLATION;
    NTSTATUS status = read_secret(h, how.password, how.password_size, key, &key_n);
    if (!NT_SUCCESS(status))
        return status;
    hmac_set_key(context[2], context[1], context[0], h, key_n, key);
    uint32_t n = h->digest_size, done = 0;
    for (uint32_t block = 1; done < out_n && NT_SUCCESS(status); block++) {
        uint8_t number[4] = {(uint8_t)(block >> 24), (uint8_t)(block >> 16), (uint8_t)(block >> 8),
                             (uint8_t)block};
        hmac_update(context[0], h, how.salt_size, salt);
        hmac_update(context[0], h, sizeof(number), number);
        hmac_digest(context[2], context[1], context[0], h, n, u);
        memcpy(t, u, n);
        for (uint32_t i = 1; i < how.iterations; i++) {
            hmac_update(context[0], h, n, u);
            hmac_digest(context[2], context[1], context[0], h, n, u);
            for (uint32_t k = 0; k < n; k++)
                t[k] ^= u[k];
        }
        uint32_t part = out_n - done < n ? out_n - done : n;
        if (!guest_write((char *)out + done, t, part))
            status = STATUS_ACCESS_VIOLATION;
        done += part;
    }
    wipe(key, sizeof(key));
    wipe(context, sizeof(context));
    wipe(t, sizeof(t));
    if (NT_SUCCESS(status))
        *information = out_n;
    return status;
}

static NTSTATUS cng_control(struct nt_file *f, struct nt_io *io, bool file_system, uint32_t code,
                            const void *in, uint32_t in_n, void *out, uint32_t out_n,
                            ULONG_PTR *information)
{
    struct cng *c = f->more;

    (void)io;
    if (file_system)
        return STATUS_INVALID_DEVICE_REQUEST;
    switch (code) {
    case CNG_HASH_BEGIN:
        return hash_begin(c, in, in_n);
    case CNG_HASH_DATA:
        return hash_data(c, in, in_n);
    case CNG_HASH_END:
        return hash_end(c, out, out_n, information);
    case CNG_HASH_COPY:
        return hash_copy(c, in, in_n);
    case CNG_KEY_BEGIN:
        return key_begin(c, in, in_n);
    case CNG_CRYPT:
        return crypt_run(c, in, in_n, out, out_n, information);
    case CNG_PBKDF2:
        return pbkdf2_run(in, in_n, out, out_n, information);
    default:
        return STATUS_INVALID_DEVICE_REQUEST;
    }
}

static void cng_destroy(struct nt_file *f)
{
    struct cng *c = f->more;

    if (!c)
        return;
    if (c->state)
        wipe(c->state, c->hash->context_size * (c->hmac ? 3 : 1));
    free(c->state);
    pthread_mutex_destroy(&c->lock);
    wipe(c, sizeof(*c));
    free(c);
}

static const struct nt_file_ops cng_ops = {
    .device_type = NT_FILE_DEVICE_KSEC,
    .control = cng_control,
    .destroy = cng_destroy,
};

static NTSTATUS cng_open(const struct nt_device *device, const struct nt_open *how,
                         struct nt_file *root, const uint16_t *rest, size_t n, struct nt_file **f,
                         ULONG_PTR *information)
{
    ACCESS_MASK access = how->access & MAXIMUM_ALLOWED ? FILE_ALL_ACCESS : how->access;

    (void)root, (void)rest;
    if (n)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    if (how->options & FILE_DIRECTORY_FILE)
        return STATUS_NOT_A_DIRECTORY;
    struct cng *c = calloc(1, sizeof(*c));
    if (!c)
        return STATUS_INSUFFICIENT_RESOURCES;
    pthread_mutex_init(&c->lock, NULL);
    *f = nt_file_new(&cng_ops, -1, access, how->share, how->options);
    if (!*f) {
        free(c);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    (*f)->more = c;
    (*f)->device = device;
    *information = FILE_OPENED;
    return STATUS_SUCCESS;
}

const struct nt_device nt_cng_device = {
    .name = "CNG",
    .dos = {"CNG"},
    .open = cng_open,
};
