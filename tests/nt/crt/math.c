/* Mathematics: values to an ulp, special cases, classes, exact functions, errors. */
#include "check.h"
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* MinGW links versions of its own for these; the test is about the runtime's. */
#define IMPORTED(name) __asm__(".globl " #name "\n" #name ":\n\tjmp *__imp_" #name "(%rip)\n")
IMPORTED(atan2);
IMPORTED(cos);
IMPORTED(exp);
IMPORTED(fmod);
IMPORTED(log);
IMPORTED(pow);
IMPORTED(sin);

/* Correctly rounded results, made with 113-bit arithmetic. */
static const struct {
    const char *name;
    double (*one)(double);
    double (*two)(double, double);
    double x, y, want;
} values[] = {
    {"sin", sin, NULL, 0x1.3e34c435730ecp+16, 0, -0x1.55d81a7b57391p-1},
    {"sin", sin, NULL, -0x1.498b55a9a0638p+16, 0, 0x1.ad4e1d1ccfb68p-1},
    {"sin", sin, NULL, -0x1.5a62b4e211dddp+16, 0, -0x1.cb277ffb9d32bp-4},
    {"cos", cos, NULL, -0x1.614789810311bp+16, 0, 0x1.9d0cab2cae001p-1},
    {"cos", cos, NULL, 0x1.b2b0bd54d7b94p+15, 0, -0x1.dbe9702f1cac8p-1},
    {"cos", cos, NULL, 0x1.2235a114f518ep+16, 0, 0x1.46a0099eede37p-2},
    {"tan", tan, NULL, 0x1.5b4d5b19d88b8p+13, 0, -0x1.b422a35eb51c9p+1},
    {"tan", tan, NULL, -0x1.d00857fe9b0c0p+13, 0, 0x1.962aec8c79384p+1},
    {"tan", tan, NULL, 0x1.5a05b37906dccp+16, 0, 0x1.236848a8b051dp+2},
    {"sin", sin, NULL, 0x1.0ed43af716c20p+388, 0, -0x1.f045be2c40bafp-1},
    {"sin", sin, NULL, 0x1.dbdb378f64318p+968, 0, 0x1.13867c8e70550p-1},
    {"sin", sin, NULL, 0x1.fe2bc20aa1b46p+932, 0, -0x1.d7a17ca2f574cp-1},
    {"cos", cos, NULL, 0x1.b6fe3a23b8cc0p+78, 0, -0x1.d2e0e012d0648p-2},
    {"cos", cos, NULL, 0x1.8819bc4220610p+314, 0, 0x1.27724350c1b86p-2},
    {"cos", cos, NULL, 0x1.e38db3d28b38fp+586, 0, -0x1.322ea8cced56ap-2},
    {"tan", tan, NULL, 0x1.8742d455f493ep+726, 0, -0x1.aa1e2413439bfp-2},
    {"tan", tan, NULL, 0x1.2818f791c110bp+505, 0, 0x1.b942e4dae5738p+1},
    {"tan", tan, NULL, 0x1.04c6d8a77a9cep+996, 0, -0x1.5182be9b03eeap-4},
    {"sin", sin, NULL, -0x1.3aea17e4b5e78p+0, 0, -0x1.e293c85a3c6bfp-1},
    {"sin", sin, NULL, 0x1.087a641a143a0p-2, 0, 0x1.058c22ac4ac66p-2},
    {"sin", sin, NULL, 0x1.159b7111cfc22p+1, 0, 0x1.a7257649db62bp-1},
    {"tan", tan, NULL, -0x1.973642c29d644p+0, 0, 0x1.92748076aaaabp+5},
    {"tan", tan, NULL, 0x1.de35a6cb7a02ap+1, 0, 0x1.5a197cbf66ce8p-1},
    {"tan", tan, NULL, 0x1.a98de131b7240p-1, 0, 0x1.18926db614595p+0},
    {"asin", asin, NULL, 0x1.95059a537b25cp-1, 0, 0x1.d33812416c160p-1},
    {"asin", asin, NULL, 0x1.11a2a11b0602ep-1, 0, 0x1.20b0e6b0a978ep-1},
    {"asin", asin, NULL, 0x1.6db10bac5ced8p-1, 0, 0x1.9750f77686eb6p-1},
    {"acos", acos, NULL, -0x1.637c0b0da6760p-5, 0, 0x1.9d3c7a4ae93b6p+0},
    {"acos", acos, NULL, 0x1.1264dbce9700cp-1, 0, 0x1.01544af76df6ep+0},
    {"acos", acos, NULL, 0x1.f3964c1fd49c8p-2, 0, 0x1.0fa6d09faf393p+0},
    {"atan", atan, NULL, -0x1.1279b30242e48p+1, 0, -0x1.226a447e9b35ep+0},
    {"atan", atan, NULL, 0x1.fc5fafc4ab980p+2, 0, 0x1.7210737599501p+0},
    {"atan", atan, NULL, -0x1.350341b6ed06ep+4, 0, -0x1.84e16cece0621p+0},
    {"exp", exp, NULL, -0x1.7400d968201bbp+8, 0, 0x1.3df35adf0f9ccp-537},
    {"exp", exp, NULL, 0x1.082ebb9fb4c08p+9, 0, 0x1.349ffaa7720f8p+762},
    {"exp", exp, NULL, 0x1.0f4d64f26d6b4p+9, 0, 0x1.c1c3dc579153ep+782},
    {"exp", exp, NULL, 0x1.70f7c76679958p+0, 0, 0x1.0e7881d5316b4p+2},
    {"exp", exp, NULL, 0x1.d5b0311157fa4p+0, 0, 0x1.90db311da82d9p+2},
    {"exp", exp, NULL, 0x1.06840fdb7a2b8p+0, 0, 0x1.64e8e3847ebafp+1},
    {"log", log, NULL, 0x1.a87ddfc34c110p+18, 0, 0x1.9f6f8725f1cf2p+3},
    {"log", log, NULL, 0x1.59a6f26592a32p+19, 0, 0x1.af0aaa37720d1p+3},
    {"log", log, NULL, 0x1.431acb6eca085p+19, 0, 0x1.ace20f8b1050cp+3},
    {"log", log, NULL, 0x1.e6ebb4193a091p-1, 0, -0x1.9b6dec8f6cc00p-5},
    {"log", log, NULL, 0x1.cf7d5563f7e6cp-1, 0, -0x1.97b800818b0d7p-4},
    {"log", log, NULL, 0x1.96760bd6c8411p+0, 0, 0x1.d968029744395p-2},
    {"log10", log10, NULL, 0x1.dacfe295e0edcp+19, 0, 0x1.7f38f646a78c4p+2},
    {"log10", log10, NULL, 0x1.c158fdf78a495p+18, 0, 0x1.6a6caa5547624p+2},
    {"log10", log10, NULL, 0x1.d98f06328a6f5p+16, 0, 0x1.4559ed967fe25p+2},
    {"log10", log10, NULL, 0x1.ddebd0ed865fap-1, 0, -0x1.ea1b2bb54b036p-6},
    {"log10", log10, NULL, 0x1.017198084dd3cp+0, 0, 0x1.401f92addc3b8p-9},
    {"log10", log10, NULL, 0x1.ccd50a1cd71f1p-1, 0, -0x1.7698ccb1f3cfdp-5},
    {"sinh", sinh, NULL, 0x1.9ab049cedafb0p+6, 0, 0x1.1718409100959p+147},
    {"sinh", sinh, NULL, -0x1.27bbb83e1ff80p+4, 0, -0x1.96220df121e86p+25},
    {"sinh", sinh, NULL, -0x1.61dfb6d4145e0p+6, 0, -0x1.8d020b19e2fa6p+126},
    {"sinh", sinh, NULL, -0x1.b0f6bb88fcf4cp-2, 0, -0x1.bdfae25602032p-2},
    {"sinh", sinh, NULL, -0x1.188a9feca1bc4p-1, 0, -0x1.26caa510349b8p-1},
    {"sinh", sinh, NULL, 0x1.0172ef6c82b30p-2, 0, 0x1.042b7502e7bdbp-2},
    {"cosh", cosh, NULL, 0x1.582379e6ff980p+8, 0, 0x1.66cbd7fc164fdp+495},
    {"cosh", cosh, NULL, 0x1.425562c88824ep+9, 0, 0x1.0a802a0ea6212p+929},
    {"cosh", cosh, NULL, -0x1.b540e377f82e5p+8, 0, 0x1.c503c3be6902bp+629},
    {"tanh", tanh, NULL, -0x1.e0231bb2ea580p-5, 0, -0x1.df968e460e423p-5},
    {"tanh", tanh, NULL, 0x1.ba7e757afe780p-1, 0, 0x1.6599c81a14e9cp-1},
    {"tanh", tanh, NULL, 0x1.8897ed9e30404p+1, 0, 0x1.fdc91579fe93bp-1},
    {"pow", NULL, pow, 0x1.e123217fdce37p+2, 0x1.14cf56031a726p+7, 0x1.bde6547337aecp+402},
    {"pow", NULL, pow, 0x1.cef9ce83b2368p+2, 0x1.2e653b39ccb0ep+7, 0x1.8e6e45287a9ccp+431},
    {"pow", NULL, pow, 0x1.c1a253cc48208p-1, 0x1.13ce154950c70p+4, 0x1.b47a5c97a602ap-4},
    {"pow", NULL, pow, 0x1.826caf0ba277ap-109, -0x1.64fc12d2cd8d7p+1, 0x1.4395b15ee7bdfp+302},
    {"pow", NULL, pow, 0x1.5190e9c76c6fap-617, -0x1.43694c5086190p-1, 0x1.6602afcadaf43p+389},
    {"pow", NULL, pow, 0x1.4636753bb9aedp+281, 0x1.e46dc53f548e5p-6, 0x1.3f49f0b8d8629p+8},
    {"pow", NULL, pow, 0x1.0049b1820b828p+0, 0x1.6cd550d3a5069p+15, 0x1.a44c7e68076c7p+75},
    {"pow", NULL, pow, 0x1.fb8cb3dac24dfp-1, -0x1.8a963010fd69cp+13, 0x1.06011f5bc0689p+159},
    {"pow", NULL, pow, 0x1.fb5ad72aa864bp-1, 0x1.75226b60ca775p+13, 0x1.0021583b01cfep-157},
    {"hypot", NULL, _hypot, -0x1.5ab041ce5aca4p+17, -0x1.3f3d1f2f3792cp+19, 0x1.4acb8ff5cbe41p+19},
    {"hypot", NULL, _hypot, 0x1.e8b5ddc8dc330p+18, 0x1.57d9837d87da8p+17, 0x1.0308e5b8ba329p+19},
    {"hypot", NULL, _hypot, -0x1.54dfc03ecb4b2p+19, -0x1.d8070808086f8p+16, 0x1.59f1638cf6509p+19},
    {"atan2", NULL, atan2, -0x1.b43af710db4a0p-1, -0x1.2e9c49424a774p+3, -0x1.869f594738ed4p+1},
    {"atan2", NULL, atan2, 0x1.7da59a2433760p-2, -0x1.41d6110d37032p+2, 0x1.88a7892ddf6f2p+1},
    {"atan2", NULL, atan2, 0x1.4288b0b957cf8p+1, -0x1.38ffcbe1a3668p+3, 0x1.71d9cd4322c29p+1},
    {"fmod", NULL, fmod, 0x1.106e47cfa33c0p+77, 0x1.09531ef4b0f98p+180, 0x1.106e47cfa33c0p+77},
    {"fmod", NULL, fmod, 0x1.6a24ccd71713cp+239, 0x1.bfb75d86e0438p+32, 0x1.3a89d7edfc4f8p+32},
    {"fmod", NULL, fmod, -0x1.bd50c732ecc38p-173, 0x1.81986eaba9696p-176, -0x1.70a95639c59e8p-178},
    {"pow", NULL, pow, -0x1.3800000000000p+5, -0x1.a000000000000p+3, -0x1.38f23e8642937p-69},
    {"pow", NULL, pow, 0x1.b000000000000p+5, -0x1.6000000000000p+4, 0x1.5009648846167p-127},
    {"pow", NULL, pow, -0x1.8000000000000p+1, -0x1.c000000000000p+3, 0x1.c0fc48a1ede0dp-23},
    {"sin", sin, NULL, 0x1.e230784241418p-78, 0, 0x1.e230784241418p-78},
    {"sin", sin, NULL, -0x1.8a01106734740p-292, 0, -0x1.8a01106734740p-292},
    {"sin", sin, NULL, 0x1.77a723c429c30p-733, 0, 0x1.77a723c429c30p-733},
    {"log", log, NULL, 0x1.63da09537b810p-211, 0, -0x1.23d974b29f126p+7},
    {"log", log, NULL, 0x1.29f8ff9d4f0bap+611, 0, 0x1.a7aa2d28e372cp+8},
    {"log", log, NULL, 0x1.b98bc51299d12p-968, 0, -0x1.4f35ef52d6c67p+9},
    {"atan", atan, NULL, 0x1.7ee303c83d434p+252, 0, 0x1.921fb54442d18p+0},
    {"atan", atan, NULL, 0x1.8c9a2e6f2de8cp-821, 0, 0x1.8c9a2e6f2de8cp-821},
    {"atan", atan, NULL, 0x1.099c1bdf916c2p+947, 0, 0x1.921fb54442d18p+0},
    {"tan", tan, NULL, -0x1.91fa84790acacp+839, 0, -0x1.fe9671e63a243p-2},
    {"tan", tan, NULL, -0x1.d19cce663a836p+19, 0, -0x1.38f59abf470b1p-1},
    {"tan", tan, NULL, -0x1.a3ca79d9a20aep-987, 0, -0x1.a3ca79d9a20aep-987},
    {"tanh", tanh, NULL, -0x1.e52252d14d9ccp-108, 0, -0x1.e52252d14d9ccp-108},
    {"tanh", tanh, NULL, -0x1.b688ba7b2034cp-325, 0, -0x1.b688ba7b2034cp-325},
    {"tanh", tanh, NULL, -0x1.e8aaf8140e632p-175, 0, -0x1.e8aaf8140e632p-175},
    {"sinh", sinh, NULL, 0x1.3b276adea3f80p-782, 0, 0x1.3b276adea3f80p-782},
    {"sinh", sinh, NULL, 0x1.e3b118c41c004p-136, 0, 0x1.e3b118c41c004p-136},
    {"sinh", sinh, NULL, -0x1.6721c61af8400p-687, 0, -0x1.6721c61af8400p-687},
#ifdef _UCRT
    {"exp2", exp2, NULL, -0x1.52ebe9fd095f0p+9, 0, 0x1.1d6a7663d6236p-678},
    {"exp2", exp2, NULL, -0x1.ff8ad972794e0p+6, 0, 0x1.152094dccb176p-128},
    {"exp2", exp2, NULL, 0x1.b549a8bb5fe00p+2, 0, 0x1.c7ea37d6c4f54p+6},
    {"expm1", expm1, NULL, 0x1.fbd7f922b2582p+8, 0, 0x1.957c6f5f2675cp+732},
    {"expm1", expm1, NULL, -0x1.059bb4f133b25p+5, 0, -0x1.fffffffffffc7p-1},
    {"expm1", expm1, NULL, 0x1.fcf2a0a54479cp+7, 0, 0x1.17ca944670791p+367},
    {"expm1", expm1, NULL, 0x1.29142aa6a6418p-2, 0, 0x1.58a9160429895p-2},
    {"expm1", expm1, NULL, -0x1.46f0336471e18p-2, 0, -0x1.17e274cc69f87p-2},
    {"expm1", expm1, NULL, 0x1.8d5178b725d36p-1, 0, 0x1.2c3bfc87f1ad2p+0},
    {"log2", log2, NULL, 0x1.992b9da0ba1d4p+18, 0, 0x1.2ad32e5b0ddadp+4},
    {"log2", log2, NULL, 0x1.4da8ead711cfbp+18, 0, 0x1.261da19f13631p+4},
    {"log2", log2, NULL, 0x1.8e29ac94e9a77p+17, 0, 0x1.1a3207ecff585p+4},
    {"log2", log2, NULL, 0x1.13b80625f9053p+0, 0, 0x1.b67e518c00793p-4},
    {"log2", log2, NULL, 0x1.fc7f1e5b00531p-1, 0, -0x1.4497e996b87f1p-7},
    {"log2", log2, NULL, 0x1.ddaa17e4583fcp-1, 0, -0x1.9a3314b284426p-4},
    {"log1p", log1p, NULL, 0x1.f4f7710f9088ep-2, 0, 0x1.97d06922ddd76p-2},
    {"log1p", log1p, NULL, 0x1.ddb9d9459a226p-2, 0, 0x1.88168fe7f2b17p-2},
    {"log1p", log1p, NULL, 0x1.65b8dbce4858fp-1, 0, 0x1.0f48621845ce0p-1},
    {"log1p", log1p, NULL, 0x1.6c99dee890b6ap+29, 0, 0x1.47473f838cd02p+4},
    {"log1p", log1p, NULL, 0x1.9a4cbb0564703p+29, 0, 0x1.492aebbefbadbp+4},
    {"log1p", log1p, NULL, 0x1.e1ca09c788af9p+28, 0, 0x1.40a5af39cff90p+4},
    {"asinh", asinh, NULL, -0x1.85c4ea3321d00p+1, 0, -0x1.d525873ce9694p+0},
    {"asinh", asinh, NULL, -0x1.f7d9a00dc0010p+1, 0, -0x1.0a21b1697a012p+1},
    {"asinh", asinh, NULL, -0x1.a1f7c8999f112p+1, 0, -0x1.e630e7e46f914p+0},
    {"acosh", acosh, NULL, 0x1.69d74a90ae0afp+2, 0, 0x1.35726d24b9bcep+1},
    {"acosh", acosh, NULL, 0x1.32f542f406232p+3, 0, 0x1.79c749bde32c7p+1},
    {"acosh", acosh, NULL, 0x1.a6399c21e2709p+1, 0, 0x1.dce3625b71ffep+0},
    {"atanh", atanh, NULL, 0x1.198ba288cf180p-7, 0, 0x1.198d689aef3eap-7},
    {"atanh", atanh, NULL, -0x1.b8f55576c6fbep-1, 0, -0x1.4c53b5f92e216p+0},
    {"atanh", atanh, NULL, 0x1.6dbfe7d9cedc6p-1, 0, 0x1.cac339793bfa4p-1},
    {"cbrt", cbrt, NULL, 0x1.808cc3613fbe8p+19, 0, 0x1.71645c6503463p+6},
    {"cbrt", cbrt, NULL, -0x1.ac2b1ba691833p+19, 0, -0x1.7edc807738125p+6},
    {"cbrt", cbrt, NULL, 0x1.4a18c8a4f6f5ap+19, 0, 0x1.5f0fdb7be5bccp+6},
    {"erf", erf, NULL, 0x1.1fb0d7ed8e2dap+1, 0, 0x1.ff3e0149f97d0p-1},
    {"erf", erf, NULL, 0x1.9ad0a14317720p+0, 0, 0x1.f419c96102e5ap-1},
    {"erf", erf, NULL, -0x1.ec0d6aef6adf0p-2, 0, -0x1.01a5768788ac2p-1},
    {"erfc", erfc, NULL, 0x1.64ca035b7b312p+2, 0, 0x1.c8f005c6eaf85p-49},
    {"erfc", erfc, NULL, 0x1.8c0ba71c872eep+4, 0, 0x1.83e35aa471d02p-890},
    {"erfc", erfc, NULL, 0x1.d8ebc49a5b0aep+3, 0, 0x1.22a493e5ef4c2p-320},
    {"lgamma", lgamma, NULL, 0x1.3867c543e776dp+5, 0, 0x1.9c9ce2eb5e1a2p+6},
    {"lgamma", lgamma, NULL, 0x1.66c0ada54f70bp+4, 0, 0x1.756ede179c9dcp+5},
    {"lgamma", lgamma, NULL, 0x1.007836258b274p+1, 0, 0x1.97b9a37160012p-10},
    {"lgamma", lgamma, NULL, -0x1.b3b333e062b42p+3, 0, -0x1.6f4c9832ec2a7p+4},
    {"lgamma", lgamma, NULL, -0x1.827ede2365e70p+0, 0, 0x1.b5100fc9446f8p-1},
    {"lgamma", lgamma, NULL, -0x1.9a8b0bdb64034p+3, 0, -0x1.44ace902b44edp+4},
    {"tgamma", tgamma, NULL, 0x1.280395b88bc3fp+7, 0, 0x1.30f795e5c71bcp+851},
    {"tgamma", tgamma, NULL, 0x1.56fcaf82e658ap+3, 0, 0x1.ca8d46a79680dp+20},
    {"tgamma", tgamma, NULL, 0x1.281837b6ee4d6p+7, 0, 0x1.74f433959c241p+851},
    {"tgamma", tgamma, NULL, -0x1.2ee76e71723c9p+4, 0, -0x1.55c4259f77d8dp-53},
    {"tgamma", tgamma, NULL, -0x1.00988f94fbf45p+4, 0, -0x1.461b9079dbf12p-40},
    {"tgamma", tgamma, NULL, -0x1.577a59ac56b9cp+2, 0, 0x1.f01d314be6db3p-7},
    {"remainder", NULL, remainder, -0x1.4a553870cbbb0p+262, 0x1.148635ff1ad90p+56, 0x1.40cea4f3dfc00p+53},
    {"remainder", NULL, remainder, 0x1.08fe84b68bfb8p+153, -0x1.9eefc8cc79700p-141, 0x1.33b83a0b7e400p-143},
    {"remainder", NULL, remainder, 0x1.beb0d286ebc38p+87, 0x1.d31cbb724c2cap-4, 0x1.2e7c14d926720p-5},
    {"cbrt", cbrt, NULL, 0x1.55ec6282dc454p+814, 0, 0x1.633495de9d7f6p+271},
    {"cbrt", cbrt, NULL, 0x1.424802487953cp-706, 0, 0x1.b6caa85a47787p-236},
    {"cbrt", cbrt, NULL, 0x1.afa80b7a626b0p+83, 0, 0x1.e3ae6f8654719p+27},
    {"asinh", asinh, NULL, -0x1.5f8c2cf60eadap+374, 0, -0x1.043f5300c992fp+8},
    {"asinh", asinh, NULL, -0x1.85aeaf02f168ap+509, 0, -0x1.61ecdafe6fadep+8},
    {"asinh", asinh, NULL, 0x1.193c649480a40p-309, 0, 0x1.193c649480a40p-309},
    {"expm1", expm1, NULL, 0x1.ccb3b66d6c838p-972, 0, 0x1.ccb3b66d6c838p-972},
    {"expm1", expm1, NULL, 0x1.ac917c70326e0p-163, 0, 0x1.ac917c70326e0p-163},
    {"expm1", expm1, NULL, -0x1.2a4d37bafa7fep-370, 0, -0x1.2a4d37bafa7fep-370},
    {"log1p", log1p, NULL, 0x1.2f13029d28a5cp-5, 0, 0x1.299a3c66aa72bp-5},
    {"log1p", log1p, NULL, 0x1.a357a74224230p-118, 0, 0x1.a357a74224230p-118},
    {"log1p", log1p, NULL, -0x1.8426f0903f44cp-996, 0, -0x1.8426f0903f44cp-996},
#endif
};

static int64_t order(double x)
{
    int64_t i;

    memcpy(&i, &x, sizeof i);
    return i < 0 ? INT64_MIN - i : i;
}

static double bits(uint64_t u)
{
    double x;

    memcpy(&x, &u, sizeof x);
    return x;
}

static int same(double a, double b)
{
    return !memcmp(&a, &b, sizeof a);
}

static void test_values(void)
{
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        double x = values[i].x, y = values[i].y;
        double got = values[i].one ? values[i].one(x) : values[i].two(x, y);
        int64_t d = order(got) - order(values[i].want);
        if (d < -1 || d > 1)
            printf("%s(%a, %a) is %a, want %a\n", values[i].name, x, y, got, values[i].want);
        CHECK(d >= -1 && d <= 1);
    }
}

static volatile double inf = HUGE_VAL, zero = 0;

static void test_special(void)
{
    errno = 0;
    CHECK(sqrt(-1) != sqrt(-1) && errno == EDOM);
    errno = 0;
    CHECK(log(0) == -inf && errno == ERANGE);
    errno = 0;
    CHECK(log(-1) != log(-1) && errno == EDOM);
    errno = 0;
    CHECK(exp(1000) == inf && errno == ERANGE && exp(-1000) == 0);
    errno = 0;
    CHECK(acos(2) != acos(2) && errno == EDOM);
    errno = 0;
    CHECK(pow(10, 400) == inf && errno == ERANGE && pow(2, -2000) == 0);
    errno = 0;
    CHECK(pow(-8, 1. / 3) != pow(-8, 1. / 3) && errno == EDOM);
    errno = 0;
    CHECK(fmod(1, 0) != fmod(1, 0) && errno == EDOM);
    CHECK(pow(-2, 3) == -8 && pow(-2, 4) == 16 && pow(0, 0) == 1 && pow(2, -1074) == 0x1p-1074);
    CHECK(pow(10, 22) == 1e22 && pow(10, -5) == 1e-5 && pow(5, 2) == 25 &&
          pow(3, 20) == 3486784401.);
    CHECK(pow(inf, -1) == 0 && pow(0.5, inf) == 0 && pow(-inf, 3) == -inf && pow(4, 0.5) == 2);
    CHECK(atan2(0, -1) == M_PI && atan2(-zero, -1) == -M_PI && atan2(inf, inf) == M_PI / 4);
    CHECK(exp(0) == 1 && log(1) == 0 && same(sin(-zero), -zero) && cos(0) == 1 && tanh(100) == 1);
    CHECK(exp(-inf) == 0 && exp(inf) == inf && sinh(-inf) == -inf && cosh(-inf) == inf);
    CHECK(sin(inf) != sin(inf) && tan(M_PI) != 0 &&
          fabs(sin(M_PI) - 1.2246467991473532e-16) < 1e-31);
}

static void test_exact(void)
{
    int e;
    double whole;

    CHECK(floor(-1.5) == -2 && floor(1.5) == 1 && same(floor(-zero), -zero) && floor(-0.5) == -1);
    CHECK(ceil(-1.5) == -1 && ceil(1.2) == 2 && same(ceil(-0.5), -zero) && ceil(0x1p60) == 0x1p60);
    CHECK(modf(-3.25, &whole) == -0.25 && whole == -3 && modf(inf, &whole) == 0 && whole == inf);
    CHECK(frexp(12, &e) == 0.75 && e == 4 && frexp(0x1p-1074, &e) == 0.5 && e == -1073);
    CHECK(ldexp(0.75, 4) == 12 && ldexp(1, -1074) == 0x1p-1074 &&
          ldexp(0x1p-1074, 2000) == 0x1p926);
    CHECK(ldexp(3, -1075) == 0x1p-1073 && ldexp(1, -1080) == 0 && ldexp(1, 1024) == inf);
    CHECK(fmod(-5.5, 2) == -1.5 && fmod(1e300, 7) == 1 && same(fmod(-4, 2), -zero));
    CHECK(fabs(-2.5) == 2.5 && _copysign(3, -1) == -3 && _chgsign(2) == -2 && _logb(8) == 3);
    CHECK(_nextafter(1, 2) == 1 + DBL_EPSILON && _nextafter(0, -1) == -0x1p-1074);
    CHECK(_scalb(3, 5) == 96 && _finite(1) && !_finite(inf) && _isnan(bits(0x7ff8ull << 48)));
    CHECK(_fpclass(1) == _FPCLASS_PN && _fpclass(-0x1p-1070) == _FPCLASS_ND &&
          _fpclass(-zero) == _FPCLASS_NZ && _fpclass(inf) == _FPCLASS_PINF &&
          _fpclass(bits(0x7ff8ull << 48)) == _FPCLASS_QNAN);
#ifdef _UCRT
    CHECK(round(2.5) == 3 && round(-2.5) == -3 && round(0.49999999999999994) == 0);
    CHECK(rint(2.5) == 2 && rint(3.5) == 4 && nearbyint(-2.5) == -2 && trunc(-2.7) == -2);
    CHECK(lround(-2.5) == -3 && llrint(1e15 + 0.5) == 1000000000000000ll && lrint(0.5) == 0);
    CHECK(fma(0x1.0000002p0, 0x1.0000002p0, -0x1.0000004p0) == 0x1p-54);
    CHECK(fma(0x1.fffffffffffffp1023, 2, -0x1.fffffffffffffp1023) == 0x1.fffffffffffffp1023);
    CHECK(fma(1 + DBL_EPSILON, 1 - DBL_EPSILON / 2, -1) == 0x1.ffffffffffffep-54);
    CHECK(fma(0x1p-1000, 0x1p-1000, 1) == 1 && fma(0x1p-540, 0x1p-534, 0x1p-1074) == 0x1p-1073);
    int q;
    CHECK(remquo(29, 3, &q) == -1 && (q & 7) == (10 & 7) && remainder(5, 2) == 1);
    CHECK(fmax(bits(0x7ff8ull << 48), 2) == 2 && fmin(-zero, zero) == 0 && fdim(5, 3) == 2);
    CHECK(ilogb(1000) == 9 && logb(0.25) == -2 && cbrt(27) == 3 && hypot(3, 4) == 5);
    CHECK(exp2(-1074) == 0x1p-1074 && expm1(1e-300) == 1e-300 && log1p(-zero) == 0);
    CHECK(tgamma(5) == 24 && lgamma(1) == 0 && erf(inf) == 1 && erfc(-inf) == 2);
#endif
}

static void test_environment(void)
{
    unsigned old = _controlfp(0, 0);
    volatile double third = 3, x;

    _clearfp();
    x = 1 / third;
    CHECK(_statusfp() & _EM_INEXACT);
    CHECK(_clearfp() & _EM_INEXACT);
    CHECK(!(_statusfp() & _EM_INEXACT));
    _controlfp(_RC_UP, _MCW_RC);
    double up = 1 / third;
    CHECK((_controlfp(0, 0) & _MCW_RC) == _RC_UP);
    _controlfp(_RC_DOWN, _MCW_RC);
    double down = 1 / third;
    CHECK(up > down);
    _controlfp(old, _MCW_RC);
    CHECK((_controlfp(0, 0) & _MCW_RC) == (old & _MCW_RC) && x == down);
}

int main(void)
{
    test_values();
    test_special();
    test_exact();
    test_environment();
    return check_done();
}
