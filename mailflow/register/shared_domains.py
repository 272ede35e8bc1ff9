"""Domains at which anybody can have an address, or that many organisations share: they say nothing about who writes.

In: a domain.
Out: whether it is one of them.
Fails: never.
Limits: the large ones of the countries that offices are in, and of the world; whose people write from another one is
told apart by the contacts alone, as long as nobody gives that domain to a party in contracts.csv.
"""

from __future__ import annotations

_WORLD = """
gmail.com googlemail.com outlook.com hotmail.com live.com msn.com passport.com yahoo.com ymail.com rocketmail.com
myyahoo.com aol.com aim.com icloud.com me.com mac.com proton.me protonmail.com protonmail.ch pm.me gmx.com gmx.net
mail.com email.com usa.com zoho.com zohomail.com zohomail.eu fastmail.com fastmail.fm hey.com hushmail.com tuta.com
tutanota.com tutamail.com tuta.io keemail.me mailbox.org posteo.de posteo.net disroot.org riseup.net inbox.com
yandex.com yandex.ru mail.ru list.ru bk.ru inbox.ru qq.com 163.com 126.com sina.com naver.com daum.net hanmail.net
duck.com privaterelay.appleid.com mozmail.com simplelogin.com skiff.com mailfence.com runbox.com startmail.com
comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net charter.net earthlink.net juno.com
"""
_UNITED_KINGDOM_AND_IRELAND = """
hotmail.co.uk live.co.uk outlook.co.uk msn.co.uk yahoo.co.uk ymail.co.uk aol.co.uk googlemail.co.uk gmx.co.uk
btinternet.com btopenworld.com btconnect.com talk21.com sky.com skymail.com virginmedia.com virgin.net
ntlworld.com blueyonder.co.uk cable.co.uk talktalk.net talktalk.co.uk tiscali.co.uk lineone.net tesco.net
tinyworld.co.uk onetel.com onetel.net plus.com plusnet.com force9.co.uk madasafish.com free-online.co.uk freeuk.com
freeuk.net freenetname.co.uk fsmail.net freeserve.co.uk fsnet.co.uk wanadoo.co.uk orange.net orange.co.uk o2.co.uk
vodafone.co.uk demon.co.uk zen.co.uk clara.co.uk clara.net claranet.co.uk supanet.com uwclub.net
ukonline.co.uk eclipse.co.uk btclick.com pipex.com postmaster.co.uk mail.co.uk nhs.net doctors.org.uk doctors.net.uk
cjsm.net eircom.net eir.ie iol.ie indigo.ie hotmail.ie yahoo.ie live.ie
"""
_NEW_ZEALAND_AND_AUSTRALIA = """
xtra.co.nz yahoo.co.nz hotmail.co.nz outlook.co.nz live.co.nz windowslive.co.nz slingshot.co.nz orcon.net.nz
paradise.net.nz clear.net.nz ihug.co.nz vodafone.co.nz vodafone.net.nz actrix.co.nz snap.net.nz inspire.net.nz
callplus.net.nz kinect.co.nz kol.co.nz maxnet.co.nz woosh.co.nz infogen.net.nz farmside.co.nz wave.co.nz ts.co.nz
es.co.nz southnet.co.nz voyager.co.nz skinny.co.nz bigpond.com bigpond.net.au optusnet.com.au iinet.net.au
internode.on.net tpg.com.au westnet.com.au dodo.com.au ozemail.com.au yahoo.com.au hotmail.com.au live.com.au
outlook.com.au
"""
_EUROPE = """
gmx.de gmx.at gmx.ch web.de t-online.de freenet.de arcor.de online.de vodafone.de 1und1.de hotmail.de live.de
outlook.de yahoo.de bluewin.ch hispeed.ch aon.at chello.at orange.fr wanadoo.fr free.fr sfr.fr laposte.net neuf.fr
bbox.fr numericable.fr aliceadsl.fr hotmail.fr live.fr outlook.fr yahoo.fr libero.it virgilio.it alice.it tin.it
tiscali.it fastwebnet.it tim.it poste.it pec.it hotmail.it live.it outlook.it yahoo.it telefonica.net movistar.es
hotmail.es outlook.es yahoo.es ono.com ziggo.nl kpnmail.nl planet.nl home.nl xs4all.nl hetnet.nl casema.nl upcmail.nl
live.nl hotmail.nl outlook.nl telenet.be skynet.be proximus.be wp.pl o2.pl onet.pl onet.eu op.pl interia.pl
poczta.fm gazeta.pl vp.pl tlen.pl sapo.pt iol.pt mail.pt netcabo.pt telia.com telia.se comhem.se bredband.net
spray.se hotmail.se live.se online.no hotmail.no live.no live.dk hotmail.dk mail.dk tdcadsl.dk jubii.dk kolumbus.fi
elisanet.fi luukku.com seznam.cz centrum.cz email.cz volny.cz azet.sk centrum.sk citromail.hu freemail.hu abv.bg
yahoo.ro ukr.net i.ua otenet.gr
"""
_SHARED = frozenset(f"{_WORLD} {_UNITED_KINGDOM_AND_IRELAND} {_NEW_ZEALAND_AND_AUSTRALIA} {_EUROPE}".split())


def is_shared(domain: str) -> bool:
    """Whether a domain, or one that it lies under, is nobody's own; capitals do not matter."""
    parts = domain.lower().strip(".").split(".")
    return any(".".join(parts[at:]) in _SHARED for at in range(len(parts) - 1))
